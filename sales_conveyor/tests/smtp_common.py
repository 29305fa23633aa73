"""A mail server that takes Odoo's mails for real, as the only one that Odoo knows."""

from unittest.mock import patch

from .mail_server import MailServer


class SmtpCase:
    """To be put before a case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = MailServer().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.env["ir.mail_server"].search([]).active = False
        cls.mail_server = cls.env["ir.mail_server"].create({
            "name": "Local", "smtp_host": "127.0.0.1", "smtp_port": cls.server.port, "smtp_encryption": "none", "smtp_authentication": "login"})

    def setUp(self):
        super().setUp()
        sending = patch.object(type(self.env["ir.mail_server"]), "_disable_send", lambda *_args: False)
        sending.start()
        self.addCleanup(sending.stop)
        self.server.mails.clear()
        self.server.is_refusing = False
