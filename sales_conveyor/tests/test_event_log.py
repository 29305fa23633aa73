"""The event log as a file: all events, in order, without names unless they are wanted, for those who may."""

import csv
from io import BytesIO, StringIO
from tracemalloc import get_traced_memory, start, stop
from xml.etree import ElementTree

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from ..models import conveyor_funnel_leads
from .process_common import MARCH, ProcessCase

XES = "{http://www.xes-standard.org/}"


class EventLogCase(ProcessCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.new.name = "Fresh"  # Odoo has a New of its own
        cls.won_lead = cls.story((0, "new"), (1, "call"), (1.5, "call"), (2, "needs"), (9, "won"))
        cls.open_lead = cls.story((0, "new"), (1, "mail in"))
        cls.story((0, "new"), source_id=False)

    def export(self, user=None, **values):
        return self.env["conveyor.event.log"].with_user(user or self.manager).create({
            "process_id": self.process.id, "date_from": "2026-03-01", "date_to": "2026-03-31", **values})

    def written(self, **values):
        stream = BytesIO()
        self.export(**values)._write_file(stream)
        return stream.getvalue().decode()


@tagged("post_install", "-at_install")
class TestEventLog(EventLogCase):

    def test_csv(self):
        rows = list(csv.DictReader(StringIO(self.written())))
        self.assertEqual([(int(row["case:concept:name"]), row["concept:name"]) for row in rows], [
            *((self.won_lead.id, what) for what in (
                "Lead created", "Fresh", "Call to the client", "Call to the client", "Needs", "Won")),
            *((self.open_lead.id, what) for what in ("Lead created", "Fresh", "E-mail from the client"))])
        self.assertEqual(rows[0]["time:timestamp"], "2026-03-02T09:00:00.000+00:00")

    def test_names_only_on_wish(self):
        self.assertNotIn("Sam Seller", self.written())
        self.assertIn("Sam Seller", self.written(with_names=True))
        self.assertNotIn("Sam Seller", self.written(file_format="xes"))
        self.assertIn("Sam Seller", self.written(file_format="xes", with_names=True))

    def test_xes(self):
        log = ElementTree.fromstring(self.written(file_format="xes"))
        traces = log.findall(f"{XES}trace")
        self.assertEqual([len(trace.findall(f"{XES}event")) for trace in traces], [6, 3])
        self.assertEqual(log.find(f"{XES}string").get("value"), "Leads of the Fair")

    def test_sections_of_one_name_are_told_apart(self):
        twin = self.stages(("Needs", {}), team=self.other_team, start=4000)[0]
        self.past(self.open_lead, (MARCH, "enter", None, self.needs), (MARCH, "back", self.needs, twin))
        text = self.written()
        self.assertIn(f"Needs ({twin.id})", text)
        self.assertIn(f"Needs ({self.needs.id})", text)

    def test_it_is_read_in_pieces(self):
        self.patch(conveyor_funnel_leads, "CHUNK", 2)
        self.assertEqual(len(self.written().splitlines()), 10)

    def test_memory_does_not_grow_with_the_events(self):
        class Nowhere:
            def write(self, data):
                pass
        self.env.cr.execute(
            "INSERT INTO conveyor_touch (event_key, lead_id, date, channel, direction, is_counted)"
            " SELECT 'many-' || n, %s, %s::timestamp + n * interval '1 second', 'call', 'out', TRUE FROM generate_series(1, 60000) n",
            [self.open_lead.id, MARCH])
        log = self.export()
        log._write_file(Nowhere())
        start()
        try:
            log._write_file(Nowhere())
            peak = get_traced_memory()[1]
        finally:
            stop()
        self.assertLess(peak, 8e6, "bytes of 60,000 events")

    def test_who_may(self):
        shown = [{action["name"] for action in self.env["ir.actions.actions"].with_user(user).get_bindings("conveyor.process").get("action", ())}
                 for user in (self.manager, self.seller)]
        self.assertEqual(["Event Log (CSV, XES)" in names for names in shown], [True, False])
        with self.assertRaises(AccessError):
            self.export(self.seller)
        without = new_test_user(self.env, "no_export", "sales_team.group_sale_manager")
        with self.assertRaisesRegex(AccessError, "not take them away"):
            self.export(without).action_download()
        log = self.export()
        with self.assertRaises(AccessError):
            log.with_user(new_test_user(self.env, "other_manager", "sales_team.group_sale_manager")).read(["process_id"])


@tagged("post_install", "-at_install")
class TestEventLogDownload(EventLogCase, HttpCase):

    def test_download(self):
        log = self.export()
        self.facts._refresh()
        self.manager.password = "conveyor_manager"
        self.authenticate("conveyor_manager", "conveyor_manager")
        answer = self.url_open(log.action_download()["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Leads%20of%20the%20Fair%202026-03-01%202026-03-31.csv", answer.headers["Content-Disposition"])
        self.assertEqual(len(answer.text.splitlines()), 10)
        self.env.ref("base.group_allow_export").user_ids -= self.manager
        self.assertEqual(self.url_open(f"/sales_conveyor/event_log/{log.id}").status_code, 403)
