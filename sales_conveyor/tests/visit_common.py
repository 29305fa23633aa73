"""Customers with visits; the cadences for them are on, all others off."""

from datetime import date, timedelta

from .enrolment_common import EnrolmentCase

TODAY = date(2026, 6, 15)  # a Monday, as ``self.now``


class VisitCase(EnrolmentCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("visit_reminder", "visit_unbooked", "visit_missed")
        cls.reminder, cls.unbooked, cls.missed = (cls.env.ref(f"sales_conveyor.cadence_{name}") for name in names)
        (cls.reminder + cls.unbooked + cls.missed).write({"is_on": True})
        cls.ada = cls.customer(user_id=cls.seller.id, phone="+359888123456", lang="en_US")

    def visit(self, day=10, partner=None, **values):
        return self.env["conveyor.visit"].create({
            "partner_id": (partner or self.ada).id, "date": TODAY + timedelta(days=day), **values})

    def cron_on(self, day, hour=10):
        """The clock stands there; visits are looked at, then whatever is due."""
        self.now = self.day(day, hour)
        self.env["conveyor.visit"]._cron_visits(now=self.now)
        self.run_at()

    def enrolments(self, cadence, partner=None):
        return self.env["conveyor.enrolment"].search(
            [("cadence_id", "=", cadence.id), ("partner_id", "=", (partner or self.ada).id)], order="id")

    def summaries(self, partner=None):
        return (partner or self.ada).activity_ids.mapped("summary")

    def texts(self):
        return self.env["sms.sms"].search([("partner_id", "=", self.ada.id)], order="id").mapped("body")
