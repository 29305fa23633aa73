"""The owner's page where Margins in Sales Orders is installed: the margin beside that of the period before, and no dearer for it."""

from datetime import datetime, time, timedelta

from odoo.tests import tagged

from odoo.addons.sales_conveyor.engine import clock
from odoo.addons.sales_conveyor.tests.dashboard_common import FIRST_PAINT, DashboardCase

from .test_margin import needs_margins


@tagged("post_install", "-at_install")
class TestDashboardMargin(DashboardCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        needs_margins(cls)
        cls.env.company.conveyor_tz = "Europe/Sofia"

    def sell(self, days, hour, margin):
        """Confirmed so many days after the period began, at that hour of the company's clock."""
        wall = datetime.combine(self.filters["date_from"] + timedelta(days=days), time(hour, 30))
        order = self.order(self.clients[0], clock.utc(wall, "Europe/Sofia"))
        order.write({"team_id": self.team.id})
        order.order_line.purchase_price = order.order_line.price_unit - margin / order.order_line.product_uom_qty
        return order

    def test_margin_stands_beside_that_of_the_period_before_and_opens_its_orders(self):
        """The day begins at the company's midnight: half past twelve at night belongs to the new day."""
        orders = self.sell(0, 0, 10) + self.sell(3, 12, 5)
        self.sell(-1, 23, 4)
        self.sell(-31, 12, 100)
        self.env.flush_all()
        [table] = [one for one in self.part("top")["tables"] if one["key"] == "margin"]
        [row] = table["rows"]
        self.assertAlmostEqual(row["cells"]["value"], 15)
        self.assertAlmostEqual(row["cells"]["before"], 4)
        self.assertEqual(self.env["sale.order"].search([*table["drill"]["domain"], *row["drills"]["value"]]), orders)

    def test_the_first_paint_needs_few_queries_with_margins_too(self):
        costs = self.paint_costs()
        self.assertLess(sum(costs[name] for name in FIRST_PAINT), 40, costs)
