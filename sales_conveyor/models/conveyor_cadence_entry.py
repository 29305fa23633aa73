from collections import defaultdict
from hashlib import sha256

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import ormcache

from .conveyor_domain import read_domain


class ConveyorCadence(models.Model):
    """Who enters a cadence, and which variant of a split test takes him."""

    _inherit = "conveyor.cadence"

    @api.model
    @ormcache()
    def _triggers_on(self):
        """Triggers of the cadences that are switched on."""
        return frozenset(self.sudo().search([("is_on", "=", True)]).mapped("trigger"))

    @api.model
    def _entering(self, leads, trigger):
        """Who enters which cadence now, because that has happened to these leads.

        Of cadences with one purpose the first takes a lead; variants of a
        split test share out their clients.

        :param str trigger: of ``TRIGGERS``
        :return: list of (cadence, leads or customers)
        """
        if trigger not in self._triggers_on() or not leads:
            return []
        taken, entering = defaultdict(set), defaultdict(list)
        cadences = self.sudo().search([("is_on", "=", True), ("trigger", "=", trigger)])  # whoever moved the lead
        for cadence in cadences:
            fitting = cadence._filtered_entries(leads.sudo(), trigger)
            for record in cadence._targets(fitting.filtered(lambda lead, c=cadence: lead.id not in taken[c.purpose])):
                entering[cadence].append(record.id)
            taken[cadence.purpose] |= set(fitting.ids)
        found = [(cadence, self.env[cadence.target_model].browse(ids)) for cadence, ids in entering.items()]
        return [pair for cadence, records in found for pair in cadence._share_out(records)]

    def _targets(self, leads):
        """What these leads are enrolled as: themselves, or their customers."""
        return leads if self.target == "lead" else leads.partner_id.commercial_partner_id

    def _entry_domain(self, trigger):
        """Domain of leads that the cadence is for; its own filter, which may be
        for customers, stands apart."""
        self.ensure_one()
        domain = Domain.TRUE
        if self.company_id:
            domain &= Domain("company_id", "in", [False, self.company_id.id])
        for name, wanted in (("stage_id", self.stage_ids), ("team_id", self.team_ids), ("source_id", self.source_ids)):
            if wanted:
                domain &= Domain(name, "in", wanted.ids)
        if not self.stage_ids and self.trade_section_ids:  # the pipeline's own sections of the ready set
            domain &= Domain("stage_id.trade_section_id", "in", self.trade_section_ids.ids)
        if trigger == "lost":
            domain &= self._lost_domain()
        return domain

    def _lost_domain(self):
        if self.lost_reason_ids:
            return Domain("lost_reason_id", "in", self.lost_reason_ids.ids)
        if "conveyor_kind" not in self.env["crm.lost.reason"]._fields:
            return Domain.TRUE
        return Domain("lost_reason_id", "=", False) | Domain("lost_reason_id.conveyor_kind", "=", "nurture")

    def _filtered_entries(self, leads, trigger):
        now = fields.Datetime.now()
        domain = self._entry_domain(trigger)
        if self.target == "lead":
            domain &= read_domain(self.env, self.filter_domain, now)
        found = leads
        if not domain.is_true():
            found = leads.with_context(active_test=False).search(domain & Domain("id", "in", leads.ids), order="id").with_env(leads.env)
        if self.target == "customer" and self.filter_domain:
            customers = found.partner_id.commercial_partner_id.filtered_domain(read_domain(self.env, self.filter_domain, now))
            found = found.filtered(lambda lead: lead.partner_id.commercial_partner_id in customers)
        return found

    # ------------------------------------------------------------ split test
    def _variants(self):
        """The cadences of the same split test, this one among them."""
        self.ensure_one()
        if not self.variant_group:
            return self
        return self.search([
            ("variant_group", "=", self.variant_group), ("company_id", "in", [False, self.company_id.id]
             if self.company_id else [False])], order="id") | self

    def _share_out(self, records):
        """The records by the variant that takes them: by weight, the same
        client always to the same variant.

        :return: list of (cadence, records)
        """
        self.ensure_one()
        variants = self._variants().filtered("is_on").sorted("id") if self.variant_group else self
        if len(variants) < 2 or not records:
            return [(self, records)]
        keys = self._client_keys(records)
        standing = self._standing_variants(variants, keys)
        shares = defaultdict(list)
        for record in records:
            variant = standing.get(keys[record.id]) or self._draw(variants, keys[record.id])
            shares[variant].append(record.id)
        return [(variant, records.browse(ids)) for variant, ids in shares.items()]

    def _client_keys(self, records):
        clients = self.env["conveyor.client"]
        return clients._keys(records) if records._name == "crm.lead" else clients._keys_of_partners(records)

    def _standing_variants(self, variants, keys):
        """``{client key: variant}`` of clients who were in the test before."""
        groups = self.env["conveyor.enrolment"].sudo()._read_group(  # whoever's clients they are
            [("cadence_id", "in", variants.ids), ("client_key", "in", list(keys.values()))], ["client_key", "cadence_id"], ["id:max"])
        return {key: cadence.with_env(self.env) for key, cadence, _id in sorted(groups, key=lambda row: row[2])}

    def _draw(self, variants, key):
        """The variant of a client: his key decides, so that he gets the same one everywhere."""
        number = int(sha256(f"{self.variant_group}:{key}".encode()).hexdigest()[:12], 16) % sum(variants.mapped("weight"))
        for variant in variants:
            number -= variant.weight
            if number < 0:
                return variant
        return variants[-1:]

    def _enrol_shared(self, records, key=None):
        """Enrol by hand or by an automation; a split test shares them out.

        :return: the enrolments, new and standing
        """
        enrolments = self.env["conveyor.enrolment"]
        for cadence, mine in self._share_out(records):
            enrolments |= enrolments._enrol(cadence, mine, key=key)
        return enrolments
