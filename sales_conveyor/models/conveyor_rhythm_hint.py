from odoo import api, models

MONTHS_FROM = 60  # days: longer gaps are said in months
DAYS_A_MONTH = 30.4375
BROKEN = ("late", "sleeping", "lost")


class ConveyorRhythm(models.Model):
    """A customer's rhythm in few words: for cards, orders and the till."""

    _inherit = "conveyor.rhythm"

    @api.model
    def _rows_of(self, partners, companies=None):
        """``{commercial partner id: rows}`` that the reader may see, in one query.

        :param companies: default: the reader's company
        """
        if not self.has_access("read"):
            return {}
        owners = partners._origin.commercial_partner_id
        rows = self.search([("partner_id", "in", owners.ids), ("company_id", "in", (companies or self.env.company).ids)])
        return rows.grouped(lambda row: row.partner_id.id)

    def _hint(self):
        """At most eight words, without money: *Buys about every 10 days; silent for 21*."""
        self.ensure_one()
        gap, now = self._gap_and_silence()
        if self.purchase_count < 2:
            return self.env._("Bought once, %(time)s ago", time=self._time(self.absence)) if now else self.env._("First bought today")
        if not now:
            return self.env._("Buys about every %(gap)s; bought today", gap=gap)
        if self.is_open_days or not now.isdecimal():
            return self.env._("Buys every %(gap)s; silent for %(silence)s", gap=gap, silence=now)
        return self.env._("Buys about every %(gap)s; silent for %(silence)s", gap=gap, silence=now)

    def _headline(self):
        """*Usually every 10 days; 21 now.*"""
        self.ensure_one()
        gap, now = self._gap_and_silence()
        if self.purchase_count < 2:
            if not now:
                return self.env._("First bought today. Customers like this one come back after about %(gap)s.", gap=gap)
            return self.env._("Bought once, %(time)s ago. Customers like this one come back after about %(gap)s.",
                              time=self._time(self.absence), gap=gap)
        if not now:
            return self.env._("Usually every %(gap)s; bought today.", gap=gap)
        return self.env._("Usually every %(gap)s; %(silence)s now.", gap=gap, silence=now)

    def _silence(self):
        """*silent for 21 days*"""
        self.ensure_one()
        return self.env._("silent for %(time)s", time=self._time(self.absence)) if self.absence else self.env._("bought today")

    def _gap_and_silence(self):
        """The usual gap with its unit, the silence with it only where it differs; none on the day of a purchase."""
        gap = self._time(self.usual_gap)
        if self.absence < 1:
            return gap, ""
        same = self._is_months(self.usual_gap) == self._is_months(self.absence)
        return gap, self._number(self.absence) if same else self._time(self.absence)

    def _is_months(self, days):
        return days >= MONTHS_FROM and not self.is_open_days

    def _number(self, days):
        return str(max(round(days / DAYS_A_MONTH if self._is_months(days) else days), 1))

    def _calendar_time(self, span):
        """A length of time in words, in calendar days or months, whatever the row counts in."""
        if span.days >= MONTHS_FROM:
            return self.env._("%(count)s months", count=round(span.days / DAYS_A_MONTH))
        return self.env._("1 day") if span.days == 1 else self.env._("%(count)s days", count=span.days)

    def _time(self, days):
        """A length of time in words, in the days that the row counts in."""
        number = self._number(days)
        if self._is_months(days):
            return self.env._("%(count)s months", count=number)
        if self.is_open_days:
            return self.env._("1 open day") if number == "1" else self.env._("%(count)s open days", count=number)
        return self.env._("1 day") if number == "1" else self.env._("%(count)s days", count=number)
