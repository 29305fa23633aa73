from odoo import api, fields, models


class CrmLead(models.Model):
    """Who brought the client."""

    _inherit = "crm.lead"

    referrer_id = fields.Many2one(
        "res.partner", "Brought by", index="btree_not_null", ondelete="set null", tracking=True, copy=False,
        help="The customer who recommended us to this client. He is thanked, and the lead's source is Referral.")

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create([self._with_referral_source(vals) for vals in vals_list])
        leads.filtered("referrer_id")._referred()
        return leads

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"referrer_id", "partner_id"}:
            brought = self.filtered("referrer_id")
            if vals.get("referrer_id"):
                brought.filtered(lambda lead: not lead.source_id).write(self._with_referral_source({"referrer_id": True}, only=True))
            brought._referred()
        return result

    @api.model
    def _with_referral_source(self, vals, only=False):
        """Referral is a source like any other, where none is given."""
        if not vals.get("referrer_id") or vals.get("source_id"):
            return vals
        source = self.env.ref("utm.utm_source_referral", raise_if_not_found=False)
        return {**({} if only else vals), **({"source_id": source.id} if source else {})}

    def _referred(self):
        """His customer is brought by the same person; who brought him is thanked."""
        self._pass_on_referrer()
        self._enter_referral("referred")
        self.filtered(lambda lead: lead.won_status == "won")._enter_referral("referred_won")
        self.env["conveyor.rhythm"]._mark(self.sudo().referrer_id.commercial_partner_id.ids)  # whom he brought is one of his qualities

    def _pass_on_referrer(self):
        for referrer, leads in self.sudo().filtered("partner_id").grouped("referrer_id").items():  # one's own write may hide the lead
            customers = leads.partner_id.commercial_partner_id.filtered(
                lambda partner, referrer=referrer: not partner.referrer_id and partner != referrer.commercial_partner_id)
            customers.write({"referrer_id": referrer.id})

    def _conveyor_moved(self, steps, by_person):
        result = super()._conveyor_moved(steps, by_person)
        won = self.browse(lead.id for lead, before, after in steps if after[1] == "won" != before[1]).filtered("referrer_id")
        won._enter_referral("referred_won")
        self.env["conveyor.rhythm"]._mark(won.referrer_id.commercial_partner_id.ids)
        return result

    def _enter_referral(self, trigger):
        """Cadences for those who brought these leads, once a lead; of an imported past nobody is reminded."""
        if self.env.context.get("import_file") or trigger not in self.env["conveyor.cadence"]._triggers_on():
            return
        for lead in self:
            for cadence, records in self.env["conveyor.cadence"]._entering(lead, trigger):
                self.env["conveyor.enrolment"].sudo()._enrol(  # whoever has the lead
                    cadence, records, key=f"{trigger} {lead.id}", supersede=False)

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "referrer_id"]


class ConveyorCadence(models.Model):
    _inherit = "conveyor.cadence"

    def _targets(self, leads):
        """Of referrals, the customer who is spoken to is the one who brought the lead."""
        if self.target == "customer" and self.trigger in ("referred", "referred_won"):
            return leads.referrer_id
        return super()._targets(leads)
