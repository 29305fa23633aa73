from odoo import fields, models

from .conveyor_cadence import PURPOSES


class ConveyorReason(models.Model):
    """New information that makes a touch worth making."""

    _name = "conveyor.reason"
    _description = "Reason for a Touch"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", "Company")
    description = fields.Text("What is New", translate=True, help="What the client learns that he did not know before.")
    date_from = fields.Date("From")
    date_to = fields.Date("Until")
    product_id = fields.Many2one("product.product", "Product", ondelete="set null", index="btree_not_null")
    product_category_id = fields.Many2one("product.category", "Product Category", ondelete="set null")
    filter_domain = fields.Char("Clients", help="For which leads or customers; empty: for all.")
    lang_ids = fields.Many2many("res.lang", string="Languages", help="Empty: clients of every language.")
    purpose = fields.Selection(PURPOSES, help="Only in cadences of this purpose; empty: in all.")
    is_repeatable = fields.Boolean("Repeatable", help="May be used again on the same client, after its gap.")
    repeat_days = fields.Integer("Gap, Days", default=365)
    mail_subject = fields.Char("Subject", translate=True)
    mail_body = fields.Html("E-mail", translate=True, sanitize="email_outgoing")
    sms_text = fields.Text("SMS or Messenger", translate=True)
    letter_body = fields.Html("Letter", translate=True)
    script = fields.Text("What to Say", translate=True, help="Three lines for a call or a talk.")
