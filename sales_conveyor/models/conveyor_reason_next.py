from collections import defaultdict
from datetime import datetime, time, timedelta

from odoo import api, models
from odoo.tools import SQL

ENDING_DAYS = 14


class ConveyorReason(models.Model):
    """The next reason for a client, and the word before reasons run out."""

    _inherit = "conveyor.reason"

    @api.model
    def _next_for(self, step, enrolments, now):
        """The reason that each client gets at this step.

        The first of the library that fits and was not used on the client yet
        (touches and steps planned or done, by client key); repeatable ones
        come again after their gap. A step with a reason of its own gets that
        one, by the same rule.

        :param now: naive UTC
        :return: ``{enrolment id: reason}``, an empty one where none is left or
            the step needs none (``step._needs_reason()`` tells which)
        """
        unused = self._unused_for(step, enrolments, now)
        return {enrolment.id: unused[enrolment.id][:1] for enrolment in enrolments}

    @api.model
    def _unused_for(self, step, enrolments, now):
        """``{enrolment id: reasons}`` that are left, in the library's order."""
        if not enrolments or not step._needs_reason():
            return {enrolment.id: self.browse() for enrolment in enrolments}
        facts = self.sudo()  # what a client was told is not read by anyone's rights
        library = step.sudo().reason_id if step.reason_policy == "fixed" else facts.search([])
        rows = enrolments.sudo()
        leads = rows.lead_id
        partners = rows.filtered(lambda row: not row.lead_id).partner_id
        fitting = library._fitting(step.cadence_id.sudo(), leads, partners, now)
        used = library._used_on(rows.mapped("client_key"))
        return {row.id: self.browse([
            reason.id for reason, (lead_ids, partner_ids) in fitting.items()
            if (row.lead_id.id in lead_ids if row.lead_id else row.partner_id.id in partner_ids)
            and reason.company_id in (row.company_id, reason.company_id.browse())
            and reason._is_free(used.get((row.client_key, reason.id)), now)]) for row in rows}

    def _is_free(self, last, now):
        """Whether it may be used on a client who had it last at that time."""
        if last is None:
            return True
        return self.is_repeatable and last + timedelta(days=self.repeat_days) <= now

    def _used_on(self, client_keys):
        """``{(client key, reason id): when last}`` over touches and steps of cadences."""
        if not self or not client_keys:
            return {}
        for name in ("conveyor.touch", "conveyor.step.run", "conveyor.enrolment"):
            self.env[name].flush_model()
        keys = list(set(client_keys))
        return {(key, reason_id): last for key, reason_id, last in self.env.execute_query(SQL(
            """SELECT client_key, reason_id, max(date) FROM (
                   SELECT client_key, reason_id, date FROM conveyor_touch
                    WHERE client_key = ANY(%(keys)s) AND reason_id = ANY(%(reasons)s) AND direction = 'out'
                    UNION ALL
                   SELECT e.client_key, r.reason_id, COALESCE(r.done_date, r.planned_date, r.create_date)
                     FROM conveyor_enrolment e JOIN conveyor_step_run r ON r.enrolment_id = e.id
                    WHERE e.client_key = ANY(%(keys)s) AND r.reason_id = ANY(%(reasons)s)
                      AND r.state IN ('planned', 'done')) used
                GROUP BY client_key, reason_id""", keys=keys, reasons=self.ids))}

    def _filtered_by_product(self, leads, partners):
        """Those who have bought or been offered the product, or have not."""
        asked_leads, asked_partners = self._asked(leads, partners)
        has = lambda partner: partner.commercial_partner_id.id in asked_partners  # noqa: E731
        wanted = self.product_clients == "asked"
        return (
            leads.filtered(lambda lead: (lead.id in asked_leads or has(lead.partner_id)) == wanted),
            partners.filtered(lambda partner: has(partner) == wanted))

    def _asked(self, leads, partners):
        """(ids of leads, ids of commercial partners) with the product on a quotation or an
        order; for those it is new to, only what was bought."""
        self.env["sale.order.line"].flush_model()
        self.env["sale.order"].flush_model()
        customers = (leads.partner_id | partners).commercial_partner_id
        rows = self.env.execute_query(SQL(
            """SELECT DISTINCT o.opportunity_id, p.commercial_partner_id
                 FROM sale_order_line l JOIN sale_order o ON o.id = l.order_id JOIN res_partner p ON p.id = o.partner_id
                 JOIN product_product pp ON pp.id = l.product_id JOIN product_template t ON t.id = pp.product_tmpl_id
                WHERE (o.opportunity_id = ANY(%(leads)s) OR p.commercial_partner_id = ANY(%(customers)s))
                  AND o.state = ANY(%(states)s)
                  AND (%(product)s::int IS NULL OR pp.id = %(product)s) AND (%(category)s::int IS NULL OR t.categ_id = ANY(%(categories)s))
            """, leads=leads.ids, customers=customers.ids, product=self.product_id.id or None,
            category=self.product_category_id.id or None,
            categories=self.env["product.category"].sudo().search([("id", "child_of", self.product_category_id.ids)]).ids,
            states=["sale"] if self.product_clients == "new" else ["draft", "sent", "sale"]))
        return {row[0] for row in rows}, {row[1] for row in rows}

    # ------------------------------------------------------------ running out
    @api.model
    def _is_library_empty(self, cadence):
        """Whether no reason could ever fit the cadence: then steps with a
        text of their own go without one."""
        library = self.sudo().search([("purpose", "in", (False, cadence.purpose))])
        if cadence.company_id:
            library = library.filtered(lambda reason: reason.company_id in (cadence.company_id, reason.company_id.browse()))
        return not library

    @api.model
    def _warn_running_out(self, step, enrolments, now):
        """Tell the owners of clients whose last unused reason has just been
        taken: one activity a cadence and person, and one for the cadence's manager.

        :return: the enrolments without a reason left
        """
        cadence = step.cadence_id
        if step.reason_policy == "fixed" or not step._needs_reason() or self._is_library_empty(cadence):
            return enrolments.browse()
        unused = self._unused_for(step, enrolments, now)
        bare = enrolments.filtered(lambda enrolment: not unused[enrolment.id])
        if bare:
            self._tell_owners(cadence.sudo(), bare.sudo(), now)  # salespeople do not write on cadences
        return bare

    @api.model
    def _tell_owners(self, cadence, bare, now):
        by_user = defaultdict(bare.browse)
        for enrolment in bare:
            by_user[enrolment.user_id or enrolment.lead_id.user_id or enrolment.partner_id.user_id] |= enrolment
        owner = cadence._owner()
        by_user[owner] = bare
        for user, rows in by_user.items():
            if user:
                cadence._plan_reason_activity(user, rows, now)

    @api.model
    def _warn_ending(self, today):
        """Tell who is responsible for a cadence that all its reasons are over soon."""
        library, moment = self.sudo().search([]), datetime.combine(today, time.min)
        cadences = self.env["conveyor.cadence"].sudo().search([("is_on", "=", True)])
        for cadence in cadences.filtered(lambda cadence: any(step._needs_reason() for step in cadence.step_ids)):
            now = library._of_cadence(cadence, moment)
            if now and not library._of_cadence(cadence, moment + timedelta(days=ENDING_DAYS)):
                cadence._tell_once(
                    cadence._owner(), today,
                    self.env._("%(cadence)s: all its reasons end within two weeks", cadence=cadence.name),
                    self.env._("These end: %(reasons)s. Add what is new to the library of reasons.",
                               reasons=", ".join(now.mapped("name")[:10])))
