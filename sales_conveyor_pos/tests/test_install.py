from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestInstall(TransactionCase):
    def test_it_installs_itself_beside_the_point_of_sale(self):
        addon = self.env["ir.module.module"]._get("sales_conveyor_pos")
        self.assertEqual(addon.state, "installed")
        self.assertTrue(addon.auto_install)
