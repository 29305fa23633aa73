from odoo import http
from odoo.http import request

from .sending import arrived, send_written
from .workbook import MIMETYPE


class ProcessController(http.Controller):

    @http.route("/sales_conveyor/process_version/<int:version_id>/workbook", type="http", auth="user", methods=["GET"], readonly=True)
    def workbook(self, version_id):
        """The workbook of a ``conveyor.process.version`` that the user may read and take away."""
        version = arrived(request.env["conveyor.process.version"].browse(version_id))
        if not version:
            raise request.not_found(request.env._("This version is gone."))
        version.check_access("read")
        request.env["conveyor.workbook"]._check_export()
        return send_written(version._write_workbook, version._workbook_filename(), MIMETYPE)
