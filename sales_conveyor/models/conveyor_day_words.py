from odoo import api, models
from odoo.tools import format_amount, format_date, format_time, get_lang
from odoo.tools.misc import babel_locale_parse, posix_to_ldml

from ..engine import clock, day
from .conveyor_work_item import CHANNELS

ICONS = {
    "call": "fa-phone", "email": "fa-envelope-o", "sms": "fa-mobile", "messenger": "fa-comment-o", "meeting": "fa-users",
    "letter": "fa-file-text-o", "visit": "fa-map-marker", "other": "fa-hand-pointer-o",
}


class ConveyorDay(models.AbstractModel):
    """The queue in words: who, how much, and why now."""

    _inherit = "conveyor.day"

    @api.model
    def _items(self, levelled, user):
        groups = self._group_names()
        return [self._item(place, levelled.facts[place.key], levelled.candidates[place.key], groups, user, levelled.now)
                for place in levelled.queue]

    @api.model
    def _item(self, place, row, one, groups, user, now):
        record = row["record"]
        lead = record if place.key[0] == "crm.lead" else None
        channel = row["channel"] or ("email" if place.group == day.REPLY else "call")
        return {
            "key": f"{place.key[0]}-{place.key[1]}", "model": place.key[0], "id": place.key[1],
            "name": self._client_name(record), "title": lead.name if lead else "",
            "money": self._money(lead), "group": place.group, "group_name": groups[place.group],
            "why": self._why(place, one, row, user, now), "is_late": place.is_late, "channel": channel,
            "icon": ICONS[channel], "activity_id": row["activity_id"] or False, "reason_id": row["reason_id"] or False,
            "when": self._when(place.due, user, now),
        }

    @api.model
    def _group_names(self):
        return {
            day.REPLY: self.env._("Replies"), day.PROMISE: self.env._("Promises"), day.NEW: self.env._("New leads"),
            day.WINDOW: self.env._("Decision window"), day.MONEY: self.env._("Money at risk"),
            day.NURTURE: self.env._("Keep in touch"),
        }

    @api.model
    def _channel_names(self):
        return dict(self.env["mail.activity"]._fields["conveyor_channel"]._description_selection(self.env)) or dict(CHANNELS)

    @api.model
    def _client_name(self, record):
        if record._name == "res.partner":
            return record.display_name
        return record.partner_id.display_name or record.contact_name or record.partner_name or record.name

    @api.model
    def _money(self, lead):
        if not lead or not lead.expected_revenue:
            return ""
        return format_amount(self.env, lead.expected_revenue, lead.company_currency, trailing_zeroes=False)

    @api.model
    def _when(self, moment, user, now, with_time=False):
        """*15:00* today, *Tuesday* within a week, else the date; on demand *Tuesday 15:00*."""
        zone = self.env["conveyor.next"]._zone(user)
        local, today = clock.local(moment, zone), clock.local_day(now, zone)
        time = self._clock_words(local.time())
        if local.date() == today:
            return time
        pattern = "EEEE" if abs((local.date() - today).days) < 7 else "d MMMM"
        words = format_date(self.env, local.date(), date_format=pattern)
        return f"{words} {time}" if with_time else words

    @api.model
    def _clock_words(self, moment):
        """A time as the user's language writes it, without seconds, as everywhere in Odoo."""
        pattern = get_lang(self.env).time_format.replace(":%S", "")
        return format_time(self.env, moment, time_format=posix_to_ldml(pattern, locale=babel_locale_parse(get_lang(self.env).code)))

    @api.model
    def _why(self, place, one, row, user, now):
        """Why this client, and why now."""
        when = self._when(place.due, user, now, place.group in (day.REPLY, day.NEW))
        if place.group == day.REPLY:
            return (self.env._("Has written. The answer was due %(when)s", when=when) if place.is_late
                    else self.env._("Has written. Answer by %(when)s", when=when))
        if place.group == day.PROMISE:
            return self.env._("Promised: %(when)s", when=when)
        if place.group == day.NEW:
            return (self.env._("New, and nobody has tried yet. Was due %(when)s", when=when) if place.is_late
                    else self.env._("New: first attempt by %(when)s", when=when))
        if place.group == day.WINDOW:
            return self.env._("Decides until %(when)s", when=self._when(one.window_end, user, now))
        if place.group == day.MONEY:
            return self.env._("Buys less than usual: money at risk")
        return self.env._("Planned: %(when)s", when=when)
