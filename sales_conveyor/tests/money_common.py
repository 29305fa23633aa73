"""A company of its own with sources, spend, leads and customers of any day."""

from datetime import date, datetime, time

from .common import ConveyorCase

TODAY = date(2026, 6, 15)
JAN, FEB, MAR, APR, MAY, JUN = (date(2026, month, 1) for month in range(1, 7))
HALF_YEAR = {"date_from": "2026-01-01", "date_to": "2026-06-30"}


class MoneyCase(ConveyorCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Lamps & Sons", "currency_id": cls.env.ref("base.EUR").id, "conveyor_tz": "UTC"})
        cls.env.ref("base.EUR").active = True
        cls.team.company_id = False
        for user in cls.seller, cls.colleague, cls.manager:
            user.write({"company_ids": [(4, cls.company.id)], "company_id": cls.company.id})
        cls.env.user.write({"company_ids": [(4, cls.company.id)]})
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.lamp = cls.lamp.with_env(cls.env)
        cls.ads, cls.fair, cls.magazine = cls.env["utm.source"].create([{"name": name} for name in ("Lamp ads", "Lamp fair", "Lamp magazine")])
        cls.referral = cls.env.ref("utm.utm_source_referral")

    @classmethod
    def spend(cls, source, first, last=None, amount=100, **values):
        return cls.env["conveyor.spend"].create({
            "source_id": source.id, "date_from": first, "date_to": last or first, "amount": amount, "company_id": cls.company.id,
            **values})

    @classmethod
    def came(cls, day, source=None, partner=None, **values):
        """A lead that came on this day."""
        lead = cls.lead(company_id=cls.company.id, source_id=source and source.id, partner_id=partner and partner.id, **values)
        cls.env["conveyor.transition"].create([{
            "lead_id": lead.id, "to_stage_id": lead.stage_id.id, "kind": "enter", "date": datetime.combine(day, time(12))}])
        return lead

    @classmethod
    def bought(cls, partner, *days):
        """An order of 100 on each of these days."""
        return cls.env["sale.order"].union(*(cls.order(partner.with_env(cls.env), datetime.combine(day, time(12))) for day in days))

    def money(self, user=None, today=TODAY, **filters):
        tables = self.env["conveyor.money"].with_user(user or self.manager).with_context(allowed_company_ids=self.company.ids)
        return tables._tables({"counting": "period", **HALF_YEAR, **filters}, today)

    def figures(self, table, row, *columns):
        found = table.row(str(row.id)) if hasattr(row, "id") else table.total if row == "total" else table.row(str(row))
        return [found.cells[column] for column in columns]
