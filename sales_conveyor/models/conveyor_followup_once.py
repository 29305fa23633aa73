from odoo import api, models
from odoo.tools import SQL

BEFORE, AFTER = 1, 30  # days around a purchase in which a won lead is that purchase's
VISITS = "visit"  # speaks of what is to come, not of a purchase


class ConveyorFollowup(models.Model):
    """A purchase is followed by rules, or by a cadence that every won lead enters; never by both.

    Whoever has spoken first goes on, and the other one says why it does not.
    """

    _inherit = "conveyor.followup"

    def _without_doubled(self):
        """Those whose purchase a cadence has followed are dropped."""
        cadences = {}
        for followup_id, enrolment_id in self._doubled(SQL("f.id = ANY(%s)", self.ids)):
            cadences[followup_id] = self.env["conveyor.enrolment"].browse(enrolment_id).cadence_id
        doubled = self.filtered(lambda one: one.id in cadences)
        for one in doubled:
            one._drop("cadence", self.env._("%(cadence)s follows this purchase.", cadence=cadences[one.id].name))
        return self - doubled

    @api.model
    def _doubled(self, condition):
        """(follow-up id, enrolment id) of one and the same purchase: the last one before the client entered.

        :param condition: on follow-ups ``f`` and enrolments ``e``
        """
        self.env.flush_all()
        pairs = self.env.execute_query(SQL(
            """SELECT f.id, e.id, p.commercial_partner_id, f.company_id, f.purchase_date, e.day
                 FROM conveyor_followup f JOIN res_partner p ON p.id = f.partner_id
                 JOIN (SELECT e.id, c.id AS company_id, q.commercial_partner_id, e.state,
                              (e.start_date AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day
                         FROM conveyor_enrolment e JOIN conveyor_cadence k ON k.id = e.cadence_id
                         JOIN res_company c ON c.id = e.company_id LEFT JOIN crm_lead l ON l.id = e.lead_id
                         JOIN res_partner q ON q.id = COALESCE(e.partner_id, l.partner_id)
                        WHERE k.purpose = 'followup' AND k.trigger = 'won') e
                   ON e.commercial_partner_id = p.commercial_partner_id AND e.company_id = f.company_id
                WHERE f.kind <> %(visits)s AND e.day BETWEEN f.purchase_date - %(before)s AND f.purchase_date + %(after)s
                  AND (e.state NOT IN ('done', 'stopped') OR EXISTS (
                       SELECT FROM conveyor_step_run r WHERE r.enrolment_id = e.id AND r.state = 'done')) AND %(condition)s""",
            tz=self.env.company.sudo()._conveyor_tz(), visits=VISITS, before=BEFORE, after=AFTER, condition=condition))  # a setting
        days = self._purchase_days({pair[2] for pair in pairs})
        return [(followup_id, enrolment_id) for followup_id, enrolment_id, partner_id, company_id, bought, entered in pairs
                if not any(bought < day <= entered for day in days.get((partner_id, company_id), ()))]

    @api.model
    def _purchase_days(self, partner_ids):
        """``{(commercial partner id, company id): days}``"""
        if not partner_ids:
            return {}
        return {(partner_id, company_id): days for partner_id, company_id, days in self.env.execute_query(SQL(
            "SELECT partner_id, company_id, array_agg(day) FROM (%s) d GROUP BY 1, 2",
            self.env["conveyor.purchase"]._days_sql(list(partner_ids))))}


class ConveyorEnrolment(models.Model):
    _inherit = "conveyor.enrolment"

    @api.model
    def _insert(self, cadence, clients, key, before, now):
        rows = super()._insert(cadence, clients, key, before, now)
        if cadence.purpose == "followup" and cadence.trigger == "won" and rows:
            rows._leave_to_rules(now)
        return rows

    def _leave_to_rules(self, now):
        """Whose purchase a follow-up rule has followed already does not hear from the cadence as well."""
        followups = self.env["conveyor.followup"].sudo()  # whoever has sold
        rules = {enrolment_id: followups.browse(followup_id).rule_id for followup_id, enrolment_id in followups._doubled(
            SQL("e.id = ANY(%s) AND f.state IN ('asked', 'done')", self.ids))}
        for row in self.filtered(lambda row: row.id in rules):
            row._stop("superseded", self.env._("The follow-up rule %(rule)s follows this purchase.", rule=rules[row.id].name), now)
