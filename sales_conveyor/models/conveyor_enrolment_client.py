from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .conveyor_enrolment import OPEN, SERVICE


class ConveyorEnrolment(models.Model):
    _inherit = "conveyor.enrolment"

    @api.model
    def _follow_clients(self, lead_ids, partner_ids):
        """Enrolments follow their clients; of two of one purpose that run, the older one stays."""
        mine = Domain("lead_id", "in", list(lead_ids))
        if partner_ids:
            mine |= Domain("lead_id", "=", False) & Domain("partner_id", "in", list(partner_ids))
        enrolments = self.sudo().search(mine)  # whoever may change the client takes them along
        Client = self.env["conveyor.client"]
        keys = Client._keys(enrolments.lead_id)
        of_partners = Client._keys_of_partners(enrolments.partner_id)
        moved = {enrolment: key for enrolment in enrolments if (
            key := keys.get(enrolment.lead_id.id) or of_partners.get(enrolment.partner_id.id)) != enrolment.client_key}
        if moved:
            self._move_to_keys(moved)
        for enrolment in enrolments.filtered("lead_id"):
            if enrolment.partner_id != enrolment.lead_id.partner_id:
                enrolment.partner_id = enrolment.lead_id.partner_id

    @api.model
    def _let_go_of(self, partners):
        """These partners are about to be deleted; their leads stay, and so does what is done with them."""
        self.env.flush_all()
        for name in ("conveyor.enrolment", "conveyor.step.run"):
            self.env.cr.execute(SQL(
                "UPDATE %s SET partner_id = NULL WHERE partner_id = ANY(%s) AND lead_id IS NOT NULL",
                SQL.identifier(self.env[name]._table), partners.ids))
            self.env[name].invalidate_model(["partner_id"], flush=False)

    @api.model
    def _move_to_keys(self, moved):
        """:param moved: {enrolment: its new client key}"""
        standing = self.sudo().search([("client_key", "in", list(moved.values()))])
        key_of = {**{enrolment: enrolment.client_key for enrolment in standing}, **moved}
        places, cycles = {}, set()
        for enrolment in sorted(key_of, key=lambda one: (one.state != "running", one.start_date, one.id)):
            if enrolment.state in OPEN and enrolment.purpose != SERVICE and places.setdefault(
                    (key_of[enrolment], enrolment.purpose), enrolment) != enrolment:
                enrolment._stop("merged", self.env._("The client is in an older cadence of the same purpose."))
        self.flush_model()
        for enrolment in sorted(key_of, key=lambda one: (one in moved, one.id)):
            cycle = (enrolment.cadence_id, key_of[enrolment], enrolment.cycle_key)
            if enrolment in moved:
                enrolment.write({"client_key": moved[enrolment], **(
                    {"cycle_key": f"{enrolment.cycle_key}#{enrolment.id}"} if cycle in cycles else {})})
            cycles.add(cycle)
        self.flush_model()
        self._rank(list(moved.values()))
