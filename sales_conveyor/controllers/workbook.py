from odoo import http
from odoo.http import request

from .sending import arrived, send_written

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class WorkbookController(http.Controller):

    @http.route("/sales_conveyor/workbook/<int:workbook_id>", type="http", auth="user", methods=["GET"], readonly=True)
    def download(self, workbook_id):
        """The file of a ``conveyor.workbook`` of the user's own."""
        workbook = arrived(request.env["conveyor.workbook"].browse(workbook_id))
        if not workbook:
            raise request.not_found(request.env._("This download is over. Start it again from the funnel."))
        workbook.check_access("read")
        workbook._check_export()
        return send_written(workbook._write_file, workbook._filename(), MIMETYPE)
