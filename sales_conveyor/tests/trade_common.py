from odoo import Command
from odoo.tests import TransactionCase, new_test_user


class TradeCase(TransactionCase):
    """One company with Odoo's four usual sections, two teams, a manager and a
    salesperson; the wizard in few words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.env["res.company"].search([("id", "!=", cls.env.company.id)]).active = False
        cls.manager = new_test_user(cls.env, "trade_manager", groups="sales_team.group_sale_manager")
        cls.salesman = new_test_user(cls.env, "trade_salesman", groups="sales_team.group_sale_salesman")
        cls.general = cls.env.ref("sales_conveyor.trade_set_general")
        cls.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        cls.env["crm.stage"].search([]).unlink()
        cls.new, cls.qualified, cls.offer, cls.won = cls.env["crm.stage"].create([
            {"name": "New", "sequence": 1}, {"name": "Qualified", "sequence": 2},
            {"name": "Proposition", "sequence": 3}, {"name": "Won", "sequence": 70, "is_won": True}])
        cls.team, cls.other_team = cls.env["crm.team"].create([{"name": "Kitchens"}, {"name": "Sofas"}])
        cls.no_team = cls.env["crm.team"]

    def wizard(self, trade_set=None, teams=None, user=None):
        values = {"set_id": (trade_set or self.general).id, "scope": "teams" if teams else "company",
                  "team_ids": [Command.set(teams.ids if teams else [])]}
        return self.env["conveyor.trade.apply"].with_user(user or self.manager).create(values)

    def preview(self, *args, **kwargs):
        wizard = self.wizard(*args, **kwargs)
        wizard.action_next()
        wizard.action_next()
        return wizard

    def apply(self, *args, **kwargs):
        wizard = self.preview(*args, **kwargs)
        wizard.action_apply()
        return self.env["conveyor.trade.application"].search([], limit=1)

    def line(self, wizard, stage):
        return wizard.stage_ids.filtered(lambda line: line.stage_id == stage)

    def pipeline(self, team=None):
        stages = self.env["crm.stage"].search([], order="sequence, id")
        return stages.filtered(lambda stage: not stage.team_ids or team and team in stage.team_ids)

    def counts(self):
        return (self.env["crm.stage"].search_count([]),
                self.env["conveyor.work.item"].with_context(active_test=False).search_count([]))
