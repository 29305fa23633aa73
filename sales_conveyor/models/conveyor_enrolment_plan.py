from collections import defaultdict

from odoo import api, models

from ..engine import cadence as engine


class ConveyorCadence(models.Model):
    _inherit = "conveyor.cadence"

    def _plan_steps(self):
        """``{cadence id: (engine.cadence.Step, …)}`` of the active steps in their order."""
        rows = self.env["conveyor.cadence.step"].sudo().search(  # whoever enrols a client needs no right to edit cadences
            [("cadence_id", "in", self.ids)], order="cadence_id, sequence, id")
        steps = defaultdict(tuple)
        for row in rows:
            steps[row.cadence_id.id] += (engine.Step(
                row.id, row.delay, row.delay_unit, row.delay_from, row.day_part, row.is_automatic,
                row.is_loop_start, row.create_date),)
        return steps


class ConveyorEnrolment(models.Model):
    """What the engine needs to know, read for a whole batch."""

    _inherit = "conveyor.enrolment"

    def _progress(self):
        """``{enrolment id: engine.cadence.Progress}``."""
        done = defaultdict(set)
        runs = self.env["conveyor.step.run"].sudo()._read_group(  # of the enrolments that are being looked at
            [("enrolment_id", "in", self.ids), "|", ("state", "!=", "planned"), ("attachment_id", "!=", False)],
            ["enrolment_id", "loop"], ["step_id:array_agg"])
        for enrolment, loop, step_ids in runs:
            done[enrolment.id, loop].update(step_ids)
        return {row.id: engine.Progress(
            row.start_date, row.last_date or None, row.loop, row.loop_start_date or None,
            frozenset(done[row.id, row.loop]), row.not_before or None) for row in self}

    @api.model
    def _entry_progress(self, cadence, clients, steps, now):
        """``{client key: engine.cadence.Progress}`` of those who enter now.

        :param clients: {client key: lead or customer}
        """
        return dict.fromkeys(clients, engine.Progress(now))

    @api.model
    def _calendars(self, rows):
        """Calendars of companies and clients.

        :param rows: (company, partner) pairs
        :return: ``{(company id, time zone): engine.cadence.Calendars}`` and the
            list of these keys in the order of ``rows``
        """
        found, keys, by_company = {}, [], {}
        for company, partner in rows:
            company = company or self.env.company
            if company.id not in by_company:
                by_company[company.id] = company._conveyor_hours()
            hours = by_company[company.id]
            key = (company.id, partner._conveyor_tz() or hours.tz)
            if key not in found:
                found[key] = engine.Calendars(
                    hours, hours.narrowed(company.conveyor_send_from, company.conveyor_send_to, key[1]))
            keys.append(key)
        return found, keys

    def _calendars_of(self):
        """``{enrolment id: engine.cadence.Calendars}``."""
        found, keys = self._calendars((row.company_id, row._client()) for row in self)
        return {row.id: found[key] for row, key in zip(self, keys)}

    def _client(self):
        """The partner who is touched; may be empty for a lead without one."""
        return self.lead_id.partner_id if self.lead_id else self.partner_id

    def _emails(self):
        """Every address that a mail to this client may go to."""
        return {self.lead_id.email_normalized, self._client().email_normalized} - {False}

    def _next(self, now):
        """What the engine says: ``{enrolment id: Due | Wait | Stop}``."""
        steps, progress, calendars = self.cadence_id._plan_steps(), self._progress(), self._calendars_of()
        return {row.id: engine.due(steps[row.cadence_id.id], progress[row.id], now, calendars[row.id]) for row in self}
