from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    conveyor_report_megabytes = fields.Float(
        "Largest Report in a Mail (MB)", config_parameter="sales_conveyor.report_mail_megabytes", default=10.0)
