"""What the owner's page is tested on: twenty leads of two people, four of them won, eight lost."""

from datetime import timedelta

from odoo import fields

from .common import ConveyorCase

FIRST_PAINT = ("top", "belt", "lists")


class DashboardCase(ConveyorCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.filters = {"date_from": cls.today - timedelta(days=29), "date_to": cls.today, "team_ids": [cls.team.id]}
        cls.dashboard = cls.env["conveyor.dashboard"].with_user(cls.manager)
        cls.clients = cls.env["res.partner"].create([{"name": f"Client {number}"} for number in range(20)])
        cls.leads = cls.env["crm.lead"].create([{
            "name": f"Lead {number}", "type": "opportunity", "team_id": cls.team.id, "user_id": (cls.seller if number % 2 else cls.manager).id,
            "stage_id": cls.new.id, "partner_id": partner.id, "expected_revenue": 100 * (number + 1),
        } for number, partner in enumerate(cls.clients)])
        cls.leads[:12].stage_id = cls.offer
        cls.leads[:4].action_set_won()
        cls.env["crm.lost.reason"].create({"name": "Too dear"})
        reason = cls.env["crm.lost.reason"].search([("name", "=", "Too dear")])
        cls.leads[4:12].action_set_lost(lost_reason_id=reason.id)
        cls.env.flush_all()

    def part(self, name, user=None, **filters):
        return self.dashboard.with_user(user or self.manager).get_part(name, {**self.filters, **filters})

    def figures(self, part, column="value"):
        return {row["key"]: row["cells"][column] for table in part["tables"] for row in table["rows"] if column in row["cells"]}

    # ------------------------------------------------------------ what it costs
    def paint_costs(self):
        """``{part: queries}`` of the first paint and of the first tab, each in a request of its own with nothing in memory
        but what the process keeps; where money was spent on a source, and burned."""
        spent = self.env["utm.source"].create({"name": "Leaflets"})
        self.env["conveyor.spend"].create({"source_id": spent.id, "amount": 900, "date_from": self.today - timedelta(days=400),
                                           "date_to": self.today - timedelta(days=300)})
        for name in (*FIRST_PAINT, "around"):
            self.cost(name)
        return {name: self.cost(name) for name in (*FIRST_PAINT, "around")}

    def cost(self, name):
        """As the browser asks: with the companies in which one works."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.dashboard.with_context(allowed_company_ids=self.env.company.ids).get_part(name, self.filters)
        return self.env.cr.sql_log_count - before
