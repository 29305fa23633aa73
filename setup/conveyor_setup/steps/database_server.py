"""PostgreSQL: the embedded server's software and data; nothing to do for a server of the user's own."""
from ..postgres import server_of
from . import Step


class DatabaseServer(Step):
    name = "PostgreSQL"
    needs_mb = 400

    @property
    def server(self):
        return server_of(self.settings)

    def is_done(self):
        return self.server.is_made()

    def do(self):
        self.server.make()
