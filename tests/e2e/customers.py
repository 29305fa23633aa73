"""Customers with purchases behind them, made from outside, over RPC."""

from datetime import datetime, timedelta, timezone


class Customers:
    """Customers of one role who have bought every so many days and are silent now."""

    def __init__(self, clients, role="seller"):
        self.clients, self.admin, self.user = clients, clients.admin, clients.people[role].uid
        self._product = self.admin.create("product.product", {"name": f"Beans {clients.key}", "type": "service", "list_price": 100})

    def add(self, name, gap=10, silent=21, count=8, amount=100, **values):
        """:return: (partner, his whole name)"""
        partner, whole = self.clients.customer(name, user_id=self.user, **values)
        today = datetime.now(timezone.utc).replace(hour=10, minute=0, second=0, microsecond=0)
        orders = self.admin.create("sale.order", [{
            "partner_id": partner, "user_id": self.user,
            "order_line": [[0, 0, {"product_id": self._product, "price_unit": amount, "product_uom_qty": 1}]]} for _number in range(count)])
        self.admin.call("sale.order", "action_confirm", orders)
        for number, order in enumerate(orders):
            day = today - timedelta(days=silent + gap * (count - 1 - number))
            self.admin.write("sale.order", [order], {"date_order": day.strftime("%Y-%m-%d %H:%M:%S")})
        return partner, whole

    def order(self, partner):
        """His latest order."""
        [order] = self.admin.search("sale.order", [["partner_id", "=", partner]], order="date_order desc", limit=1)
        return order

    def row(self, partner):
        [row] = self.admin.search("conveyor.rhythm", [["partner_id", "=", partner]])
        return row
