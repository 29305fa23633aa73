from os import SEEK_END
from tempfile import TemporaryFile

from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.http import content_disposition, request

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class WorkbookController(http.Controller):

    @http.route("/sales_conveyor/workbook/<int:workbook_id>", type="http", auth="user", methods=["GET"])
    def download(self, workbook_id):
        """The file of a ``conveyor.workbook`` of the user's own.

        It is written to a temporary file, which goes when it is sent, so that
        a large one fills no worker's memory.
        """
        workbook = request.env["conveyor.workbook"].browse(workbook_id).exists()
        if not workbook:
            raise request.not_found(request.env._("This download is over. Start it again from the funnel."))
        workbook.check_access("read")
        workbook._check_export()
        stream = TemporaryFile()
        try:
            workbook._write_file(stream)
            return self._send(stream, workbook._filename())
        except BaseException:
            stream.close()
            raise

    def _send(self, stream, filename):
        size = stream.seek(0, SEEK_END)
        stream.seek(0)
        response = request.make_response(wrap_file(request.httprequest.environ, stream), headers=[
            ("Content-Type", MIMETYPE),
            ("Content-Length", size),
            ("Content-Disposition", content_disposition(filename)),
            ("Cache-Control", "no-store"),
        ])
        response.direct_passthrough = True
        response.call_on_close(stream.close)
        return response
