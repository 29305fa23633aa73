"""The conveyor's figures in Odoo's digest mails: by hand, by the reader's rights, in the digest's company."""

from datetime import timedelta

from odoo import fields
from odoo.tests import Form, new_test_user, tagged

from .common import ConveyorCase

KPIS = ["kpi_conveyor_first_sales", "kpi_conveyor_touches", "kpi_conveyor_woken", "kpi_conveyor_gaps"]


@tagged("post_install", "-at_install")
class TestDigest(ConveyorCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].with_context(active_test=False).search([]).unlink()
        cls.env["conveyor.touch"].search([]).unlink()
        cls.env["conveyor.rhythm.change"].sudo().search([]).unlink()
        cls.digest = cls.env["digest.digest"].create({"name": "Conveyor", "company_id": cls.env.company.id, "periodicity": "daily",
                                                      **dict.fromkeys(KPIS, True)})
        cls.ada, cls.bob = cls.customer("Ada", user_id=cls.seller.id), cls.customer("Bob", user_id=cls.manager.id)
        cls.mine, cls.theirs = cls.lead(partner_id=cls.ada.id), cls.lead(partner_id=cls.bob.id, user_id=cls.manager.id)
        (cls.mine + cls.theirs).action_set_won()
        cls.lead(name="Nobody touches it", partner_id=cls.customer("Eve", user_id=cls.seller.id).id)
        now = fields.Datetime.now()
        (cls.mine + cls.theirs).date_closed = now - timedelta(hours=3)
        cls.env["conveyor.touch"]._record([
            {"lead_id": lead.id, "user_id": lead.user_id.id, "channel": "call", "date": now - timedelta(hours=hours), "event_key": f"digest-{hours}"}
            for hours, lead in ((2, cls.mine), (3, cls.mine), (4, cls.theirs), (24 * 5, cls.mine))])
        cls.env["conveyor.rhythm.change"].sudo().create({
            "partner_id": cls.ada.id, "company_id": cls.env.company.id, "date": now.date() - timedelta(days=2), "from_status": "sleeping",
            "to_status": "steady", "is_back": True})
        cls.env.flush_all()

    def figures(self, user):
        """{kpi: (last 24 hours, last 7 days)} of a reader's mail."""
        kpis = self.digest._compute_kpis(self.env.company, user)
        return {kpi["kpi_name"]: tuple(int(kpi[column]["value"]) for column in ("kpi_col1", "kpi_col2")) for kpi in kpis if kpi["kpi_name"] in KPIS}

    def test_by_hand(self):
        found = self.figures(self.manager)
        self.assertEqual(found["kpi_conveyor_first_sales"], (2, 2))
        self.assertEqual(found["kpi_conveyor_touches"], (3, 4))
        self.assertEqual(found["kpi_conveyor_woken"], (0, 1))
        gaps = self.env["conveyor.next.gap"].with_user(self.manager).search_count([])
        self.assertEqual(found["kpi_conveyor_gaps"], (gaps, gaps))
        self.assertGreater(gaps, 0)

    def test_a_salesperson_s_are_his_own(self):
        found = self.figures(self.seller)
        self.assertEqual(found["kpi_conveyor_first_sales"], (1, 1))
        self.assertEqual(found["kpi_conveyor_touches"], (2, 3))

    def test_who_sells_nothing_gets_none_of_it(self):
        stranger = new_test_user(self.env, "digest_stranger", "base.group_user", email="stranger@example.com")
        self.assertFalse(self.figures(stranger))

    def test_another_company_s_digest_counts_its_own(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids += other
        (self.mine + self.theirs).flush_recordset()
        self.env.cr.execute("UPDATE crm_lead SET company_id = %s WHERE id IN %s", (self.env.company.id, (self.mine + self.theirs)._ids))
        self.env.invalidate_all()
        self.digest.company_id = other
        kpis = {kpi["kpi_name"]: kpi for kpi in self.digest._compute_kpis(other, self.manager)}
        self.assertEqual(int(kpis["kpi_conveyor_first_sales"]["kpi_col2"]["value"]), 0)

    def test_each_figure_opens_its_records(self):
        actions = self.digest._compute_kpis_actions(self.env.company, self.manager)
        for kpi in KPIS:
            action = self.env.ref(actions[kpi].partition("?")[0])
            self.assertTrue(action.exists() and action.name, kpi)

    def test_the_mail_is_sent_with_them(self):
        self.digest.user_ids = self.manager
        self.manager.email = "mia@example.com"
        self.digest.with_context(digest_slowdown=False).action_send()
        mail = self.env["mail.mail"].search([("email_to", "ilike", "mia@example.com")], limit=1, order="id desc")
        for words in ("First Sales", "Touches Made", "Woken Customers", "Clients without a Next Touch", "conveyor_dashboard_action"):
            self.assertIn(words, mail.body_html)

    def test_the_form_has_their_boxes_and_the_usual_digest_has_them_ticked(self):
        self.manager.group_ids += self.env.ref("base.group_erp_manager")
        with Form(self.digest) as form:
            form.kpi_conveyor_woken = False
        self.assertFalse(self.digest.kpi_conveyor_woken)
        self.env["digest.digest"]._switch_on_conveyor()
        usual = self.env.ref("digest.digest_digest_default")
        self.assertTrue(all(usual[kpi] for kpi in KPIS))
