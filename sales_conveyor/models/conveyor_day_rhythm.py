from odoo import api, models
from odoo.tools import format_amount

from ..engine import day


class ConveyorDay(models.AbstractModel):
    """Customers out of their rhythm in a salesperson's day: how much is at risk, and why."""

    _inherit = "conveyor.day"

    @api.model
    def _rhythms(self, records):
        """``{(model, id): rows}`` of the customers behind leads and contacts, in one query."""
        partners = {(record._name, record.id): self._customer(record) for record in records}
        everybody = self.env["res.partner"].browse({partner.id for partner in partners.values() if partner})
        rows = self.env["conveyor.rhythm"]._rows_of(everybody, self.env.companies)
        return {key: rows[partner.id] for key, partner in partners.items() if partner.id in rows}

    @api.model
    def _customer(self, record):
        return (record.partner_id if record._name == "crm.lead" else record).commercial_partner_id

    @api.model
    def _value_at_risk(self, records):
        rows = self._rhythms(records)
        return {**super()._value_at_risk(records), **{key: self._at_risk(found) for key, found in rows.items()}}

    @api.model
    def _at_risk(self, rows):
        """Money at risk of one customer, in the reader's currency."""
        company = self.env.company
        return sum(row.currency_id._convert(row.money_at_risk, company.currency_id, company) for row in rows)

    # ------------------------------------------------------------ in words
    @api.model
    def _items(self, levelled, user):
        records = [levelled.facts[place.key]["record"] for place in levelled.queue if place.group == day.MONEY]
        for key, rows in self._rhythms(records).items() if records else ():
            levelled.facts[key]["rhythm"] = rows.sorted("money_at_risk", reverse=True)[:1]._headline()
        return super()._items(levelled, user)

    @api.model
    def _item(self, place, row, one, groups, user, now):
        item = super()._item(place, row, one, groups, user, now)
        if row["risk"] and not item["money"]:
            item["money"] = self._risk_in_words(row["risk"])
        return item

    @api.model
    def _why(self, place, one, row, user, now):
        if place.group != day.MONEY or not row.get("rhythm"):
            return super()._why(place, one, row, user, now)
        return self.env._("%(rhythm)s At risk: %(money)s", rhythm=row["rhythm"], money=self._risk_in_words(row["risk"]))

    @api.model
    def _risk_in_words(self, risk):
        return format_amount(self.env, round(risk), self.env.company.currency_id, trailing_zeroes=False)

    @api.model
    def get_card(self, model, record_id, activity_id=False, reason_id=False):
        card = super().get_card(model, record_id, activity_id, reason_id)
        if card:
            card["rhythm"] = self._card_rhythm(self.env[model].browse(record_id))
        return card

    @api.model
    def _card_rhythm(self, record):
        """The customer's rhythm, its status, and what is at risk; False if there is none to be seen."""
        row = self._rhythms([record]).get((record._name, record.id), self.env["conveyor.rhythm"])[:1]
        if not row:
            return False
        risk = self._at_risk(row)
        return {"text": row._headline(), "status": row.status, "name": row._label("status"),
                "risk": self._risk_in_words(risk) if risk else ""}
