from odoo import http
from odoo.http import request

from .sending import arrived, send_written

MIMETYPES = {"csv": "text/csv; charset=utf-8", "xes": "application/xml"}


class EventLogController(http.Controller):

    @http.route("/sales_conveyor/event_log/<int:log_id>", type="http", auth="user", methods=["GET"], readonly=True)
    def download(self, log_id):
        """The file of a ``conveyor.event.log`` of the user's own."""
        log = arrived(request.env["conveyor.event.log"].browse(log_id))
        if not log:
            raise request.not_found(request.env._("This download is over. Start it again from the process."))
        log.check_access("read")
        log._check_may_export()
        return send_written(log._write_file, log._filename(), MIMETYPES[log.file_format])
