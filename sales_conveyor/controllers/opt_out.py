from odoo import fields, http
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import verify_hash_signed

from ..models.conveyor_enrolment_queue import OPT_OUT_SCOPE

CHANNELS = ("email", "sms", "messenger", "call", "letter")
ENROLLABLE = ("crm.lead", "res.partner")
DAILY_WORDS = 30  # of one person through the link; a refusal is always heard


class OptOut(http.Controller):
    """The page behind the link in automatic messages: what may come, channel by
    channel. A GET shows, a POST acts; whoever holds the link needs no account.

    The page shows no name and no address: who has the link knows whose it is.
    """

    @http.route("/conveyor/opt-out/<string:token>", type="http", auth="public", methods=["GET"], sitemap=False)
    def show(self, token, done=None):
        record, channel = self._read_token(token)
        if record is None:
            return request.not_found()
        return self._page(record, channel, token, done)

    @http.route("/conveyor/opt-out/<string:token>", type="http", auth="public", methods=["POST"], csrf=False, sitemap=False)
    def act(self, token, **form):
        """The form: ``keep`` holds the channels that may come; or one button for none at all."""
        record, _channel = self._read_token(token)
        if record is None or request.httprequest.method != "POST":  # Odoo lets OPTIONS in as well
            return request.not_found()
        kept = set() if form.get("none") else set(request.httprequest.form.getlist("keep"))
        closed = self._closed(record)
        if self._words_of_today(record) >= DAILY_WORDS:
            kept -= closed
        for channel in CHANNELS:
            if (channel in kept) == (channel in closed):
                self._say(record, "given" if channel in kept else "withdrawn", channel)
        return request.redirect(f"/conveyor/opt-out/{token}?done=1")

    @http.route("/conveyor/opt-out/<string:token>/one-click", type="http", auth="public", methods=["GET", "POST"],
                csrf=False, sitemap=False)
    def one_click(self, token, **_form):
        """RFC 8058: the mail program's own button posts; a person who opens the address sees the page."""
        record, channel = self._read_token(token)
        if record is None:
            return request.not_found()
        if request.httprequest.method != "POST":  # scanners of links send HEAD as well
            return request.redirect(f"/conveyor/opt-out/{token}")
        if channel not in self._closed(record):
            self._say(record, "withdrawn", channel)
        return request.make_response("", headers=[("Content-Type", "text/plain")])

    # ------------------------------------------------------------ parts
    def _read_token(self, token):
        """(lead or customer, channel) that the link was signed for, or (None, None)."""
        try:
            values = verify_hash_signed(request.env(su=True), OPT_OUT_SCOPE, token)  # the key is the database's own
        except ValueError:
            values = None
        if not values or values[0] not in ENROLLABLE:
            return None, None
        model, record_id, channel, enrolment_id = values
        record = request.env[model].sudo().browse(record_id).exists()  # the link is the right
        if not record:  # merged into another one
            record = request.env["conveyor.enrolment"].sudo().browse(enrolment_id).exists()._record_of()
        return (record, channel) if record else (None, None)

    def _closed(self, record):
        return request.env["conveyor.consent"].sudo()._closed_channels(record)  # of whom the link was signed for

    def _words_of_today(self, record):
        consents = request.env["conveyor.consent"].sudo()  # of whom the link was signed for
        since = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        return consents.search_count(consents._domain_of(record) & Domain("create_date", ">=", since), limit=DAILY_WORDS)

    def _say(self, record, state, channel):
        consent = request.env["conveyor.consent"]
        consent._record_word(record, state, channel, consent.env._("The link in a message"))

    def _page(self, record, channel, token, done):
        partner = record.partner_id if record._name == "crm.lead" else record
        company = record.company_id or request.env.company
        lang = partner.lang or (record._name == "crm.lead" and record.lang_id.code) or company.sudo().partner_id.lang or "en_US"
        consent = request.env["conveyor.consent"].with_context(lang=lang)
        names = dict(consent._fields["channel"]._description_selection(consent.env))
        closed = self._closed(record)
        response = request.env["ir.ui.view"].sudo().with_context(lang=lang)._render_template("sales_conveyor.opt_out_page", {
            "channels": [(code, names[code], code not in closed) for code in CHANNELS], "asked": channel,
            "action": f"/conveyor/opt-out/{token}", "done": done, "lang": lang.replace("_", "-"),
            "company": company.sudo().name})
        return request.make_response(response, headers=[
            ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"),
            ("X-Robots-Tag", "noindex")])
