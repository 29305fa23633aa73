from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import float_round, format_amount, format_date

from ..engine import growth
from .conveyor_rhythm_hint import BROKEN
from .conveyor_rhythm_read import YEAR

SHOWN = 40  # latest purchases in the chart
QUALITIES = ("bought_date", "bought_more_date", "returned_date", "referred_date", "recommended_date")
WORDS = 240  # of what to say, at most
QUOTES = " \"“”„«»"  # the card has its own


class ConveyorRhythm(models.Model):
    """The card of a customer: everything in words and finished numbers, for the contact form."""

    _inherit = "conveyor.rhythm"

    growth_words = fields.Char("Growth", compute="_compute_growth_words", help=(
        "Revenue of the last 365 days against the 365 days before. The two amounts, where these cannot fairly be compared."))

    def _card(self, contact):
        """One customer, for one form.

        :param contact: the contact that is looked at: the customer or one of his people
        :return: a dictionary of plain values, texts in the reader's language
        """
        self.ensure_one()
        return {
            "id": self.id, "customer": self.partner_id.display_name if contact != self.partner_id else "",
            "headline": self._headline(), "say": self._say(contact),
            "status": {"key": self.status, "name": self._label("status"), "since": self._day(self.status_date)},
            "is_broken": self.status in BROKEN, "explanation": self.explanation or "",
            "risk": self._amount(self.money_at_risk) if self.money_at_risk else "",
            "dates": self._card_dates(), "figures": self._card_figures(), "qualities": self._card_qualities(),
            "chart": self._card_chart(),
        }

    # ------------------------------------------------------------ what to say
    def _say(self, contact):
        """What the planned touch says, else news for who buys as usual; whose rhythm is broken is asked first."""
        day, line = self.env["conveyor.day"], contact._next_lines().get(contact.id)
        activity = line.next_activity_id.with_env(self.env) if line else self.env["mail.activity"]
        reason = activity.sudo().conveyor_reason_id or (line.next_touch_reason_id if line else activity.conveyor_reason_id)
        words = day._script(contact, activity.sudo(), reason.sudo())[:1]  # of the next touch of one's own customer
        if not words and self.status not in BROKEN:
            reason = day._reason_of(contact, activity.sudo(), False).sudo()
            words = day._script(contact, activity.sudo(), reason)[:1] or [reason.description or reason.name]
        return (words and words[0] and words[0].strip(QUOTES) or self._question())[:WORDS]

    def _question(self):
        """A friendly question."""
        return {
            "new": self.env._("How do you like what you bought?"),
            "steady": self.env._("How did you like it last time?"),
            "late": self.env._("We have not seen you for a while. Is everything all right?"),
            "sleeping": self.env._("We have not seen you for a while. Is everything all right?"),
            "lost": self.env._("You were with us for a long time. What has changed?"),
        }.get(self.status, "")

    # ------------------------------------------------------------ parts of the card
    def _card_dates(self):
        """The last purchase, what is or was expected, and from when on somebody acts."""
        dates = {"last_date": self.last_date, "due_date": self.due_date, "act_date": self.act_date}
        cards = [{"key": name, "label": self._title(name), "value": self._day(date), "note": self._note(name)}
                 for name, date in dates.items() if date]
        for card in cards:
            if card["key"] == "due_date" and self.status in BROKEN:
                ago = self._today() - self.due_date
                card["label"] = self.env._("Was expected") if ago.days < 1 else self.env._(
                    "Expected %(time)s ago", time=self._calendar_time(ago))
        return cards

    def _card_figures(self):
        amounts = {name: self._amount(self[name]) for name in ("revenue_total", "margin_total", "revenue_average") if self[name]}
        figures = {
            **amounts, "growth": self.growth_words,
            "purchase_count": str(self.purchase_count), "first_date": self._day(self.first_date)}
        return [{"key": name, "label": self._title(name), "value": value, "note": self._note(name)}
                for name, value in figures.items() if value]

    def _card_qualities(self):
        return [{"key": name.removesuffix("_date"), "label": self._title(name), "date": self._day(self[name]), "note": self._note(name)}
                for name in QUALITIES]

    def _card_chart(self):
        """Purchases as bars in time, today, and where the next one is expected."""
        purchases = self.env["conveyor.purchase"]._history(self.partner_id, self.company_id).get(self.partner_id.id, [])[-SHOWN:]
        if not purchases:
            return False
        today = self._today()
        top = max(amount for _day, amount in purchases)
        bars = [{"x": fields.Date.to_string(day), "y": float(amount), "label": f"{self._day(day)}: {self._amount(amount)}"}
                for day, amount in purchases]
        label = self.env._("Was expected: %(day)s") if self.status in BROKEN else self.env._("Expected: %(day)s")
        expected = {"x": fields.Date.to_string(self.due_date), "y": self.revenue_average,
                    "label": label % {"day": self._day(self.due_date)}} if self.due_date else None
        return {
            "purchases": bars, "expected": [expected] if expected else [],
            "today": [{"x": fields.Date.to_string(today), "y": float(top), "label": self.env._("Today")}],
            "summary": self.env._("%(count)s purchases until %(day)s", count=len(bars), day=self._day(purchases[-1][0])),
            "first": bars[0]["x"], "last": max(bars[-1]["x"], fields.Date.to_string(today), expected["x"] if expected else "")}

    # ------------------------------------------------------------ words
    def _label(self, name):
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], "")

    def _title(self, name):
        return self._fields[name]._description_string(self.env)

    def _note(self, name):
        return self._fields[name]._description_help(self.env) or ""

    def _day(self, date):
        return format_date(self.env, date, date_format="medium") if date else ""

    def _amount(self, amount):
        rounded = float_round(amount, precision_digits=0) if abs(amount) >= 100 else amount
        return format_amount(self.env, rounded, self.currency_id, trailing_zeroes=False)

    @api.depends("growth", "revenue_year", "revenue_before", "first_date")
    @api.depends_context("lang")
    def _compute_growth_words(self):
        for row in self:
            row.growth_words = row._growth_words()

    def _growth_words(self):
        """A share where two years can be compared, else what he bought in them."""
        is_share = growth.growth(self.revenue_year, self.revenue_before, self.first_date, self._today()) is not None
        if is_share:
            return f"{self.growth:+.0%}"
        if not (self.revenue_year or self.revenue_before):
            return ""
        if self.first_date > self._today() - timedelta(YEAR):
            return self.env._("New this year")
        return self.env._("%(year)s, before %(before)s", year=self._amount(self.revenue_year), before=self._amount(self.revenue_before))
