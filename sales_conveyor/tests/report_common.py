"""A team with sales, a report set with a weekly delivery, and a mail server that takes mails for real."""

import warnings
from datetime import timedelta
from io import BytesIO

import openpyxl

from odoo import fields
from odoo.tests import new_test_user

from .common import ConveyorCase
from .smtp_common import SmtpCase

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReportCase(SmtpCase, ConveyorCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.partner_id.email = "office@example.com"
        cls.seller.group_ids += cls.env.ref("base.group_allow_export")
        cls.manager.email, cls.seller.email = "mia@example.com", "sam@example.com"
        cls.now = fields.Datetime.now()
        cls.leads = cls.env["crm.lead"].create([{
            "name": f"Lead {number}", "type": "opportunity", "team_id": cls.team.id, "user_id": (cls.seller if number < 2 else cls.manager).id,
            "stage_id": cls.new.id, "partner_id": cls.customer(f"Client {number}").id, "expected_revenue": 100.0} for number in range(6)])
        cls.leads[:3].action_set_won()
        cls.report = cls.env["conveyor.report.set"].create({
            "name": "Monday's figures", "period": "this_month", "user_id": cls.manager.id, "team_ids": cls.team.ids, "counting": "period"})
        cls.delivery = cls.env["conveyor.report.delivery"].create({
            "set_id": cls.report.id, "user_ids": (cls.manager + cls.seller).ids, "tz": "UTC",
            "weekday": str((cls.now.weekday() + 3) % 7)})  # not due of itself in the next two days
        cls.env.flush_all()

    def make_due(self, ago=timedelta(minutes=1)):
        self.delivery.next_date = self.now - ago
        self.env.flush_all()

    def deliver(self, now=None):
        self.env["conveyor.report.log"]._cron_deliver(now or self.now)

    @property
    def logs(self):
        return self.env["conveyor.report.log"].search([("delivery_id", "=", self.delivery.id)])

    def log(self, user):
        return self.logs.filtered(lambda log: log.user_id == user)

    def mail_to(self, user):
        [mail] = [mail for mail in self.server.mails if user.email in mail["To"]]
        return mail

    def html(self, mail):
        return mail.get_body(("html",)).get_content()

    def book(self, mail):
        """openpyxl's workbook of the one attachment."""
        [part] = list(mail.iter_attachments())
        self.assertEqual(part.get_content_type(), XLSX)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl does not know the data bars of 2010
            return openpyxl.load_workbook(BytesIO(part.get_content()))

    def rows(self, book, sheet="Leads"):
        return [row for row in book[sheet].iter_rows(min_row=2, values_only=True) if row[0]]

    @classmethod
    def user(cls, login, *groups, **values):
        return new_test_user(cls.env(context={**cls.env.context, "no_reset_password": True}), login, ",".join(groups or ("sales_team.group_sale_salesman",)), lang="en_US", email=f"{login}@example.com", **values)
