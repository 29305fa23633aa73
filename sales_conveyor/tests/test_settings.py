from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ConveyorCase


@tagged("post_install", "-at_install")
class TestSettings(ConveyorCase):
    """Settings that cannot be kept are refused, in words; the kill switch acts at once."""

    def test_what_is_impossible_is_refused(self):
        for values, words in (
                ({"conveyor_norm_touches": -1}, "-1 is not possible. Choose from 0 to 100"),
                ({"conveyor_window_days": 0}, "Decision Window, Days"),
                ({"conveyor_first_attempt_minutes": 0}, "Choose from 1 to"),
                ({"conveyor_nurture_days": 60}, "Choose from 1 to 31"),
                ({"conveyor_send_from": 20.0, "conveyor_send_to": 9.0}, "before it ends"),
                ({"conveyor_send_to": 25.0}, "Choose from 0 to 24"),
                ({"conveyor_norm_touches": 3, "conveyor_norm_conversations": 5}, "5 conversations among 3 touches"),
                ({"conveyor_daily_capacity": 0}, "Choose from 1 to 1000"),
                ({"conveyor_weekly_cap": -2}, "Choose from 0 to 50"),
                ({"conveyor_discipline_delay": 400}, "Choose from 0 to 90")):
            with self.subTest(values=values), self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
                self.env.company.write(values)

    def test_a_team_has_the_same_limits(self):
        with self.assertRaisesRegex(ValidationError, "Shop"):
            self.team.conveyor_norm_touches = -1
        with self.assertRaisesRegex(ValidationError, "4 conversations among 3 touches"):
            self.team.write({"conveyor_norm_touches": 3, "conveyor_norm_conversations": 4})
        self.team.write({"conveyor_norm_touches": 0, "conveyor_norm_conversations": 2})

    def test_the_settings_are_the_companys(self):
        settings = self.env["res.config.settings"].create({"conveyor_norm_touches": 9, "conveyor_send_to": 18.5})
        settings.execute()
        self.assertEqual(self.env.company.conveyor_norm_touches, 9)
        self.assertEqual(self.env.company.conveyor_send_to, 18.5)
        self.assertIn("days as set here", settings.conveyor_window_sentence)

    def test_the_kill_switch_acts_at_once_and_no_old_page_undoes_it(self):
        page = self.env["res.config.settings"].create({})
        self.env["res.config.settings"].create({}).action_conveyor_stop_sending()
        self.assertTrue(self.env.company.conveyor_sending_stopped)
        page.execute()
        self.assertTrue(self.env.company.conveyor_sending_stopped)
        page.action_conveyor_resume_sending()
        self.assertFalse(self.env.company.conveyor_sending_stopped)

    def test_whoever_may_not_set_may_not_stop(self):
        with self.assertRaises(Exception):
            self.env["res.config.settings"].with_user(self.seller).create({}).action_conveyor_stop_sending()
