from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from .conveyor_domain import read_domain

BATCH = 500


class ConveyorCadence(models.Model):
    """Leads and customers that were there before the cadence."""

    _inherit = "conveyor.cadence"

    def _existing_domain(self):
        """Domain of the leads that would have entered, had it been on; None for
        a cadence that clients enter only by hand."""
        self.ensure_one()
        if self.trigger == "manual":
            return None
        outcome = {"lost": "lost", "won": "won"}.get(self.trigger, "pending")
        domain = self._entry_domain(self.trigger) & Domain("won_status", "=", outcome)
        if outcome != "lost":
            domain &= Domain("active", "=", True)
        if self.target == "lead":
            domain &= read_domain(self.env, self.filter_domain, fields.Datetime.now())
            domain &= Domain("id", "not in", self._inside("lead_id"))
        else:
            domain &= Domain("partner_id", "!=", False)
        return domain

    def _inside(self, name):
        """Subquery: whose enrolment of this purpose is running or waiting."""
        rows = self.env["conveyor.enrolment"].sudo()  # whoever's clients they are
        query = rows._search([("purpose", "=", self.purpose), ("state", "in", ("running", "snoozed")), (name, "!=", False)])
        return query.subselect(SQL.identifier(query.table, name))

    def _count_existing(self):
        """How many would have entered; leads are only counted, not read."""
        domain = self._existing_domain()
        if domain is None or self.target == "customer":
            return len(self._existing())
        return self.env["crm.lead"].with_context(active_test=False).search_count(domain)

    def _existing(self):
        """Leads, or customers, that would have entered; those in whom more was
        invested come first."""
        domain = self._existing_domain()
        if domain is None:
            return self.env[self.target_model]
        leads = self.env["crm.lead"].with_context(active_test=False).search(domain, order="id")
        records = self._targets(leads)
        if self.target == "customer":
            records = records.filtered_domain(read_domain(self.env, self.filter_domain, fields.Datetime.now()))
            inside = self.env["conveyor.enrolment"].sudo().search(
                [("purpose", "=", self.purpose), ("state", "in", ("running", "snoozed")), ("partner_id", "in", records.ids)])
            records -= inside.partner_id.with_env(self.env)
        return self._by_investment(records)

    def _by_investment(self, records):
        """The same records, most touches and conversations first."""
        line = self.env["conveyor.touch.line"]
        line._settle()
        line.flush_model()
        owner = SQL.identifier("l", "lead_id" if records._name == "crm.lead" else "partner_id")
        rows = self.env.execute_query(SQL(
            """SELECT r.id FROM unnest(%(ids)s::int[]) AS r(id) LEFT JOIN conveyor_touch_line l ON %(owner)s = r.id
                ORDER BY COALESCE(l.touch_count, 0) + 3 * COALESCE(l.conversation_count, 0) DESC, r.id""",
            ids=records.ids, owner=owner))
        return records.browse(row[0] for row in rows)

    def _enrol_existing(self, records, per_day, now):
        """Enrol records in this order, so many a day; the later ones wait for their day.

        :param int per_day: 0: all at once
        :return: the enrolments
        """
        enrolments = self.env["conveyor.enrolment"]
        place = 0
        for ids in split_every(BATCH, records.ids):
            batch = self._enrol_shared(records.browse(ids))
            enrolments |= batch
            by_day = {}
            for enrolment in batch.filtered(lambda row: row.state == "running" and row.start_date >= now - timedelta(minutes=5)):
                by_day.setdefault(place // per_day if per_day else 0, []).append(enrolment.id)
                place += 1
            for day, found in by_day.items():
                if day:
                    enrolments.browse(found)._snooze(
                        now + timedelta(days=day), self.env._("One of many who entered together: his turn comes on his day."))
        return enrolments
