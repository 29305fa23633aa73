from tempfile import TemporaryFile

from odoo import http
from odoo.http import request

from .sending import send

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
            return send(stream, workbook._filename(), MIMETYPE)
        except BaseException:
            stream.close()
            raise
