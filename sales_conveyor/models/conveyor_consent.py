from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize

from .conveyor_work_item import CHANNELS

ALL_CHANNELS = frozenset(channel for channel, _name in CHANNELS)


class ConveyorConsent(models.Model):
    """That a client agreed to be written to, or took it back: each word of his
    is a row that stays, with its proof. The last one counts."""

    _name = "conveyor.consent"
    _description = "Consent of a Client"
    _inherit = "conveyor.access.mixin"
    _partner_owns = True
    _order = "date desc, id desc"
    _rec_name = "state"

    lead_id = fields.Many2one("crm.lead", "Lead", ondelete="set null", index="btree_not_null")
    partner_id = fields.Many2one("res.partner", "Client", ondelete="cascade", index="btree_not_null")
    email = fields.Char("E-mail Address", help="The address it was given for.", index="btree_not_null")
    state = fields.Selection([("given", "Given"), ("withdrawn", "Withdrawn")], default="given", required=True)
    channel = fields.Selection(CHANNELS, help="Empty: all channels.")
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    source = fields.Char(required=True, help="Where it was said: a form, a talk, a contract, the link in a message.")
    text = fields.Text("Wording", help="What the client agreed to, word for word.")
    user_id = fields.Many2one("res.users", "Recorded by", default=lambda self: self.env.user, ondelete="set null", readonly=True)
    company_id = fields.Many2one("res.company", "Company", default=lambda self: self.env.company, ondelete="set null")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su:
                vals["user_id"] = self.env.uid
                if vals.get("lead_id"):  # whose word it is; another client's is recorded on him
                    vals["partner_id"] = self.env["crm.lead"].browse(vals["lead_id"]).partner_id.id
            own = self._emails_of(vals)
            vals["email"] = email_normalize(vals.get("email") or "") or next(iter(own), False)
            if vals["email"] and vals["email"] not in own and not self.env.su:
                raise UserError(self.env._(
                    "%(email)s is not this client's address. Record it on the lead or the customer first.", email=vals["email"]))
        consents = super().create(vals_list)
        consents._honour()
        return consents

    @api.model
    def _emails_of(self, vals):
        """The client's addresses, the one that he uses first."""
        owner = self.env["res.partner"].browse(vals.get("partner_id") or [])
        lead = self.env["crm.lead"].browse(vals.get("lead_id") or [])
        return list(filter(None, (lead.email_normalized, owner.email_normalized, lead.partner_id.email_normalized)))

    @api.constrains("date")
    def _check_date(self):
        """The last word counts: nobody says one today that outlives what the client says tomorrow."""
        for consent in self:
            if consent.date > fields.Datetime.add(self.env.cr.now(), days=1):
                raise ValidationError(self.env._("A consent cannot be given or withdrawn in the future. Change its date."))

    def _honour(self):
        """What is withdrawn for e-mail goes on Odoo's blacklist, so that mass
        mailings respect it too; what is given again comes off it."""
        blacklist = self.env["mail.blacklist"].sudo()  # the client's own will, whoever records it
        for consent in self.filtered(lambda row: row.email and row.channel in (False, "email")):
            if consent.state == "withdrawn":
                blacklist._add(consent.email)
            elif consent._is_last_word() and blacklist.search_count([("email", "=", consent.email)], limit=1):
                blacklist._remove(consent.email)

    def _is_last_word(self):
        """Nothing was said about mail to this address after it."""
        return self == self.sudo().search(  # whoever has heard it
            [("email", "=", self.email), ("channel", "in", (False, "email"))], limit=1)

    @api.model
    def _channels(self, enrolments):
        """``{enrolment id: (channels with consent, channels opted out)}``, by
        the last word of the person: the contact, the lead, or the e-mail address."""
        self.flush_model()
        asked = [(row.id, row.lead_id.id or None, row._client().id or None, email)
                 for row in enrolments for email in row._emails() or [None]]
        given = {row.id: set() for row in enrolments}
        withdrawn = {row.id: set() for row in enrolments}
        for row_id, state, channel, _date, _id in self.env.execute_query(SQL(
                """SELECT DISTINCT e.id, c.state, c.channel, c.date, c.id
                     FROM unnest(%s::int[], %s::int[], %s::int[], %s::varchar[]) AS e(id, lead_id, partner_id, email)
                     JOIN conveyor_consent c ON c.lead_id = e.lead_id OR c.partner_id = e.partner_id OR c.email = e.email
                    ORDER BY c.date, c.id""", *([*column] for column in zip(*asked) or ((),) * 4))):
            channels = {channel} if channel else ALL_CHANNELS
            into, out_of = (given, withdrawn) if state == "given" else (withdrawn, given)
            into[row_id] |= channels
            out_of[row_id] -= channels
        return {row.id: (frozenset(given[row.id]), frozenset(withdrawn[row.id])) for row in enrolments}

    @api.model
    def _closed_channels(self, record):
        """Channels in which this lead or customer does not want messages."""
        closed = set()
        for consent in self.sudo().search(self._domain_of(record), order="date, id"):  # the person's own words
            channels = {consent.channel} if consent.channel else ALL_CHANNELS
            closed = closed | channels if consent.state == "withdrawn" else closed - channels
        return closed

    @api.model
    def _record_word(self, record, state, channel, source, text=False):
        """The client's word, about one channel or all.

        :param record: the lead or customer who says it
        """
        lead = record if record._name == "crm.lead" else self.env["crm.lead"]
        partner = record.partner_id if lead else record
        return self.sudo().create({  # the client's own word, from a signed link
            "lead_id": lead.id, "partner_id": partner.id, "email": record.email_normalized, "state": state,
            "channel": channel, "source": source, "text": text, "user_id": False,
            "company_id": (record.company_id or self.env.company).id})

    def _domain_of(self, record):
        """Consents of a lead's or a customer's person."""
        domain = Domain("lead_id", "=", record.id) if record._name == "crm.lead" else Domain("partner_id", "=", record.id)
        return domain | Domain("email", "=", record.email_normalized) if record.email_normalized else domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    conveyor_complaint = fields.Boolean(
        "Open Complaint", copy=False, help="No marketing goes out by itself until it is settled.")
    conveyor_complaint_settled = fields.Datetime("Complaint Settled on", readonly=True, copy=False)

    def action_settle_complaint(self):
        """The displeased customer is content again: automatic messages may go on."""
        self.check_access("write")
        self.commercial_partner_id.write({
            "conveyor_complaint": False, "conveyor_complaint_settled": fields.Datetime.now()})
        return True
