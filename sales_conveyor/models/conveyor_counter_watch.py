from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import counter as engine

ARRIVALS = 300  # how many hours in which something came are looked at
TODO = "mail.mail_activity_data_todo"


class ConveyorCounter(models.Model):
    """Counters that have fallen silent: the owner is told once, and again no more when it is heard."""

    _inherit = "conveyor.counter"

    @api.model
    def _cron_watch(self, now=None):
        """Judge all counters as of ``now``."""
        now = now or fields.Datetime.now()
        counters = self.search([])
        arrivals = counters._arrivals(now)
        silent = counters.filtered(
            lambda counter: counter.id in arrivals and engine.assess(arrivals[counter.id], now, counter._hours()).is_silent)
        for counter in silent.filtered(lambda counter: not counter.is_silent):
            counter.write({"is_silent": True, "silent_since": max(arrivals[counter.id])})
            counter._tell_owner()
        back = counters - silent
        back.filtered("is_silent").write({"is_silent": False, "silent_since": False})
        for language, counters in back.grouped(lambda counter: counter.owner_id.lang).items():
            counters.activity_feedback([TODO], feedback=counters.with_context(lang=language).env._("It counts again."), only_automated=True)

    def _arrivals(self, now):
        """``{id: hours in which readings were written}``, the latest of them."""
        self.env["conveyor.counter.reading"].flush_model()
        rows = self.env.execute_query(SQL(
            """
            SELECT c.id, array_agg(a.moment) FROM unnest(%s) AS c (id) JOIN LATERAL (
                   SELECT max(create_date) AS moment FROM conveyor_counter_reading
                    WHERE counter_id = c.id AND create_date <= %s AND create_date IS NOT NULL
                    GROUP BY date_trunc('hour', create_date) ORDER BY 1 DESC LIMIT %s) a ON TRUE GROUP BY c.id
            """, self.ids, now, ARRIVALS))
        return dict(rows)

    def _tell_owner(self):
        """One open activity for whoever answers for it, in his language."""
        if not self.owner_id.active or self.activity_ids.filtered(lambda activity: activity.automated and activity.user_id == self.owner_id):
            return
        kind, owner_s = self.env.ref(TODO, raise_if_not_found=False), self.with_context(lang=self.owner_id.lang)
        self.activity_schedule(
            activity_type_id=kind.id if kind else False, user_id=self.owner_id.id, conveyor_channel=False,
            summary=owner_s.env._("%(name)s counts no visitors any more", name=self.name),
            note=owner_s.env._("Its last reading came on %(moment)s. Look at the device, its power and its connection; what is missing "
                            "can be typed on the grid.", moment=owner_s._in_words(self.silent_since)))

    def _heard(self):
        """A reading has come from a silent one; posts that come at once write it twice, which harms nobody."""
        self.flush_recordset(["is_silent", "silent_since"])
        self.env.cr.execute(SQL("UPDATE conveyor_counter SET is_silent = FALSE, silent_since = NULL WHERE id = %s", self.id))
        self.invalidate_recordset(["is_silent", "silent_since"], flush=False)
