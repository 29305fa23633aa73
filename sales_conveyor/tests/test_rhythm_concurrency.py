"""Two transactions on one customer: an order is confirmed while the nightly run judges him.

Their cursors are real ones, beside the test's own transaction: what they commit is taken away at the end.
"""

import threading
from contextlib import contextmanager
from datetime import datetime, time, timedelta

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Command
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

PATIENCE = 30  # seconds


@tagged("post_install", "-at_install")
class TestTwoTransactions(TransactionCase):
    """Ada has bought every 10 days, and was steady when she was judged last; by now she is late."""

    def setUp(self):
        super().setUp()
        self.today = fields.Date.today()
        self.addCleanup(self.remove)
        with self.transaction() as env:
            product = env["product.product"].create({"name": "Beans for two", "type": "service", "list_price": 100})
            partner = env["res.partner"].create({"name": "Ada for two"})
            self.partner_id, self.product_id = partner.id, product.id
            for days in range(91, 20, -10):
                self.order(env).date_order = datetime.combine(self.today - timedelta(days), time(12))
            env["conveyor.rhythm"]._settle()
            env.cr.execute("DELETE FROM conveyor_rhythm_change WHERE partner_id = %s", [partner.id])
            env.cr.execute("DELETE FROM conveyor_signal WHERE partner_id = %s", [partner.id])
            env.cr.execute("DELETE FROM conveyor_rhythm WHERE partner_id = %s", [partner.id])
            env.invalidate_all()
            env["conveyor.rhythm"]._refresh(partner.ids, self.today - timedelta(15), is_history=True)
            self.assertEqual(env["conveyor.rhythm"].search([("partner_id", "=", partner.id)]).status, "steady")
        self.before = self.facts()

    @contextmanager
    def transaction(self):
        """An environment of a transaction of its own, committed at the end."""
        with db_connect(self.env.cr.dbname).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def remove(self):
        with self.transaction() as env:
            orders = env["sale.order"].search([("partner_id", "=", self.partner_id)])
            orders._action_cancel()
            orders.unlink()
            env["conveyor.signal"].search([("partner_id", "=", self.partner_id)]).unlink()
            env["res.partner"].browse(self.partner_id).unlink()
            env["product.product"].browse(self.product_id).product_tmpl_id.unlink()

    # ------------------------------------------------------------ the two
    def order(self, env):
        order = env["sale.order"].create({
            "partner_id": self.partner_id, "order_line": [Command.create({"product_id": self.product_id, "price_unit": 100})]})
        order.action_confirm()
        return order

    def night(self, env):
        return env["conveyor.rhythm"]._run_batch(self.today)

    def confirm(self, tries=3):
        """A colleague's request, which Odoo runs again when the database asks for it.

        :return: how often it was run
        """
        for number in range(1, tries + 1):
            try:
                with self.transaction() as env, mute_logger("odoo.sql_db"):
                    self.order(env)
                    self.arrived.set()
                    env.cr.flush()
                return number
            except OperationalError:
                continue
        raise AssertionError("the order was never confirmed")

    def in_background(self, run):
        """A thread that runs it, and the list into which its answer goes."""
        answers = []
        thread = threading.Thread(target=lambda: answers.append(run()), daemon=True)
        self.arrived = threading.Event()
        thread.start()
        self.assertTrue(self.arrived.wait(PATIENCE))
        return thread, answers

    # ------------------------------------------------------------ what is left of it
    def facts(self):
        with self.transaction() as env:
            env.cr.execute("SELECT from_status, to_status, is_back FROM conveyor_rhythm_change WHERE partner_id = %s ORDER BY id", [self.partner_id])
            return env.cr.fetchall()

    def news(self):
        return [row[:2] for row in self.facts()[len(self.before):]]

    def told(self):
        with self.transaction() as env:
            return env["conveyor.signal"].search([("partner_id", "=", self.partner_id), ("kind", "=", "rhythm")], order="id").mapped("to_status")

    def check(self, purchases, status):
        with self.transaction() as env:
            row = env["conveyor.rhythm"].search([("partner_id", "=", self.partner_id)])
            self.assertEqual((len(row), row.purchase_count, row.status), (1, purchases, status))
            orders = env["sale.order"].search_count([("partner_id", "=", self.partner_id), ("state", "=", "sale")])
            self.assertEqual(orders, purchases, "no order is lost, none is there twice")
            self.night(env)
        facts, told = self.facts(), self.told()
        with self.transaction() as env:
            self.night(env)
        self.assertEqual((self.facts(), self.told()), (facts, told), "another night finds nothing new")

    def test_the_order_waits_for_the_night_and_is_confirmed_at_the_second_try(self):
        with self.transaction() as env:
            self.night(env)  # has judged him, and is not committed yet
            thread, answers = self.in_background(self.confirm)
            thread.join(1)
            self.assertTrue(thread.is_alive(), "it waits for the row that the night has changed")
        thread.join(PATIENCE)
        self.assertEqual(answers, [2], "one more try is enough")
        self.assertEqual(self.news(), [("steady", "late"), ("late", "steady")])
        self.assertEqual(self.told(), ["late", "back"])
        self.check(9, "steady")

    def test_the_night_passes_over_a_customer_who_is_just_buying(self):
        with self.transaction() as buying:
            self.order(buying)
            buying.cr.flush()  # his rhythm is made anew, and not committed yet
            with self.transaction() as env:
                self.night(env)
            self.assertEqual(self.news(), [])
        self.assertEqual((self.news(), self.told()), ([], []), "nobody is late who has bought")
        self.check(9, "steady")

    def test_a_night_that_began_before_he_bought_is_run_again(self):
        with self.assertRaises(OperationalError), mute_logger("odoo.sql_db"), self.transaction() as env:
            env.cr.execute("SELECT 1 FROM conveyor_rhythm LIMIT 1")  # from here on it sees the world as it is now
            with self.transaction() as buying:
                self.order(buying)
            self.night(env)
        self.assertEqual((self.news(), self.told()), ([], []))
        with self.transaction() as env:
            self.night(env)
        self.assertEqual((self.news(), self.told()), ([], []))
        self.check(9, "steady")

    def test_two_orders_at_once_are_two_purchases(self):
        """On one day they are one purchase of twice the money."""
        with self.transaction() as env:
            self.order(env)
            env.cr.flush()
            thread, answers = self.in_background(self.confirm)
            thread.join(1)
        thread.join(PATIENCE)
        self.assertIn(answers, ([1], [2]))
        with self.transaction() as env:
            row = env["conveyor.rhythm"].search([("partner_id", "=", self.partner_id)])
            self.assertEqual((row.purchase_count, row.revenue_total, row.last_amount), (9, 1000, 200))
        self.assertEqual(self.told(), [])
