"""Customers whose rhythm changes, by signals alone."""

from datetime import datetime

from odoo.fields import Command

from .common import ConveyorCase

NIGHT = datetime(2026, 6, 15, 3)


class ReactivationCase(ConveyorCase):
    """All rules of the database are off; the company's day is in UTC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["conveyor.reactivation.rule"].search([]).is_on = False
        cls.env["conveyor.signal"].search([]).unlink()
        cls.env.company.write({"conveyor_tz": "UTC", "conveyor_am_user_id": False, "conveyor_am_team_id": False})
        cls.partner_model = cls.env["ir.model"]._get("res.partner")
        cls.number = 0

    # ------------------------------------------------------------ factories
    @classmethod
    def customers(cls, count, **values):
        return cls.env["res.partner"].create([{"name": f"Guest {number}", "user_id": cls.seller.id, **values} for number in range(count)])

    @classmethod
    def automation(cls, *actions, trigger="conveyor_rhythm", model=None, **values):
        """Actions: dictionaries of values; the rule answers *late* where nothing else is said."""
        model = model or cls.partner_model
        status = {"conveyor_to_status": "late"} if trigger == "conveyor_rhythm" else {}
        return cls.env["base.automation"].create({
            "name": "Answer", "model_id": model.id, "trigger": trigger, **status, **values, "action_server_ids": [Command.create({
                "name": f"Action {place}", "model_id": model.id, "usage": "base_automation", **action}) for place, action in enumerate(actions)]})

    @classmethod
    def rule(cls, **values):
        return cls.env["conveyor.reactivation.rule"].create({
            "name": "Ask", "to_status": "late", "deed": "activity", "summary": "We miss you", "user_id": cls.manager.id, "is_on": True,
            "daily_limit": 0, **values})

    @classmethod
    def signals(cls, partners, to_status="late", amounts=(), company=None, **values):
        cls.number += 1
        return cls.env["conveyor.signal"]._emit([{
            "kind": "rhythm", "partner_id": partner.id, "company_id": (company or cls.env.company).id, "date": NIGHT.date(),
            "from_status": "steady", "to_status": to_status, "amount": amounts[place] if amounts else 100,
            "key": f"test-{cls.number}-{partner.id}-{to_status}", **values} for place, partner in enumerate(partners)])

    def dispatch(self, now=NIGHT):
        self.env["conveyor.signal"]._cron_dispatch(now)

    # ------------------------------------------------------------ what is there
    def rows(self, *domain):
        return self.env["conveyor.reactivation"].search([("kind", "!=", False), *domain], order="id")

    def states(self, partners):
        return [self.rows(("partner_id", "=", partner.id)).mapped("state") for partner in partners]
