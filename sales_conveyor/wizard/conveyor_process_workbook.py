from odoo import fields, models

from ..report.xlsx_document import DocumentWorkbook, Look, Picture

ZOOM = 2  # the picture stays sharp when it is printed


class ConveyorProcessVersion(models.Model):
    """The figures of a version as an XLSX workbook, with its belt as a picture."""

    _inherit = "conveyor.process.version"

    def action_download_workbook(self):
        """Let the browser fetch the file."""
        self.ensure_one()
        self.check_access("read")
        self.env["conveyor.workbook"]._check_export()
        return {"type": "ir.actions.act_url", "url": f"/sales_conveyor/process_version/{self.id}/workbook", "target": "self"}

    def _write_workbook(self, stream):
        """Write the XLSX workbook into a binary file object.

        It shows what the reader may see. Whether he may export is checked by
        whoever hands the file over.
        """
        self.ensure_one()
        DocumentWorkbook(self._tables(), self._workbook_look(), self._workbook_properties(), self._workbook_picture()).write(stream)

    def _workbook_picture(self):
        if not self._belt_svg():
            return None
        png = self._belt_image(ZOOM)
        return Picture(png, self._belt_summary() if png else self.env._(
            "The picture of the belt is in the form and in the PDF: this server has no wkhtmltoimage, which would draw it here."), 1 / ZOOM)

    def _workbook_look(self):
        language = self.env["res.lang"]._get_data(code=self.env.lang or self.env.user.lang or "en_US")
        return Look(language.date_format or "%Y-%m-%d", language.time_format or "%H:%M")

    def _workbook_properties(self):
        return {"title": self.display_name, "author": self.env.user.name, "company": self.env.company.name or "",
                "created": fields.Datetime.now()}

    def _workbook_filename(self):
        return f"{self.display_name}.xlsx"
