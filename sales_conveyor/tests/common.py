"""A small team with sections of its own, and factories with defaults."""

from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

NOW = datetime(2026, 6, 15, 12, 0)


class ConveyorCase(TransactionCase):
    """Team *Shop* with the sections New, Needs, Offer and Won (its own, so that
    a database's global stages do not matter), a seller and a manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, mail_create_nolog=True, lang="en_US"))
        cls.env["crm.stage"].search([("team_ids", "=", False)]).team_ids = cls.env["crm.team"].create(
            {"name": "Everybody else"})
        cls.seller = new_test_user(cls.env, "conveyor_seller", "sales_team.group_sale_salesman", name="Sam Seller", lang="en_US")
        cls.colleague = new_test_user(cls.env, "conveyor_colleague", "sales_team.group_sale_salesman", name="Kim Colleague", lang="en_US")
        cls.manager = new_test_user(
            cls.env, "conveyor_manager", "sales_team.group_sale_manager,base.group_allow_export", name="Mia Manager", lang="en_US")
        cls.team = cls.env["crm.team"].create({
            "name": "Shop", "use_opportunities": True, "use_leads": True, "user_id": cls.manager.id,
            "member_ids": [Command.set((cls.seller + cls.manager).ids)]})
        cls.new, cls.needs, cls.offer, cls.won = cls.stages(
            ("New", {"conveyor_phase": "lead_generation"}), ("Needs", {}), ("Offer", {}), ("Won", {"is_won": True}))
        cls.lamp = cls.env["product.product"].create({"name": "Lamp", "type": "service", "list_price": 100})
        cls.env.company.conveyor_gate_mode = "advise"

    @classmethod
    def stages(cls, *names, team=None, start=1000):
        """Sections of the team (default: Shop), in order."""
        return [cls.env["crm.stage"].create({
            "name": name, "sequence": start + place, "team_ids": [Command.set((team or cls.team).ids)], **values,
        }) for place, (name, values) in enumerate(names)]

    @classmethod
    def lead(cls, stage=None, **values):
        return cls.env["crm.lead"].create({
            "name": "Lamp", "type": "opportunity", "team_id": cls.team.id, "user_id": cls.seller.id,
            "stage_id": (stage or cls.new).id, **values})

    @classmethod
    def item(cls, stage, name="Call", **values):
        return cls.env["conveyor.work.item"].create({"stage_id": stage.id, "name": name, "required": True, **values})

    @classmethod
    def customer(cls, name="Ada", **values):
        return cls.env["res.partner"].create({"name": name, **values})

    @classmethod
    def order(cls, partner, date, lead=None, confirm=True):
        """A sale order of 100 on ``date``, confirmed."""
        order = cls.env["sale.order"].create({
            "partner_id": partner.id, "opportunity_id": lead.id if lead else False,
            "order_line": [Command.create({"product_id": cls.lamp.id, "price_unit": 100, "product_uom_qty": 1})]})
        if confirm:
            order.action_confirm()
            order.date_order = date
        return order

    def as_seller(self, lead):
        return lead.with_user(self.seller)

    def work(self, lead, item):
        return self.env["conveyor.work"].search([("lead_id", "=", lead.id), ("item_id", "=", item.id)])

    def path(self, lead):
        """(kind, from, to) of the lead's transitions, in order."""
        rows = self.env["conveyor.transition"].search([("lead_id", "=", lead.id)], order="date, id")
        return [(row.kind, row.from_stage_id.name, row.to_stage_id.name) for row in rows]

    @staticmethod
    def day(number):
        return NOW + timedelta(days=number)
