import hashlib
import hmac
import secrets
from dataclasses import dataclass

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from ..engine import counter as engine

NOBODY = hashlib.sha256(b"").hexdigest()  # what a stranger's token is compared with
PATH = "/sales_conveyor/counter"


@dataclass(frozen=True)
class PostRules:
    """What a company lets its devices do: ``rate`` posts a minute, hours of so many ``days`` back."""

    device_wins: bool
    rate: int
    days: int


class ConveyorCounter(models.Model):
    """A counter's device: its token, and what it posts."""

    _inherit = "conveyor.counter"

    token_hash = fields.Char(groups=NO_ACCESS, copy=False)
    token_hint = fields.Char("Token", readonly=True, copy=False, help="How the device's token ends. Nobody can read the rest again.")
    token_date = fields.Datetime("Token Made on", readonly=True, copy=False)
    last_post = fields.Datetime("Last Post", compute="_compute_last_post", help="When the device spoke last, to the minute.")
    device_wins = fields.Boolean(
        "The Device Knows Better",
        help="A device always replaces its own numbers when it posts an hour again. What people typed or imported stands "
             "against it, unless this is on.")

    def _compute_last_post(self):
        rows = dict(self.env.execute_query(SQL(
            "SELECT counter_id, minute FROM conveyor_counter_pace WHERE counter_id = ANY(%s)", self.ids)))
        for counter in self:
            counter.last_post = rows.get(counter.id)

    # ------------------------------------------------------------ the token
    def action_new_token(self):
        """Make a token, which replaces the one before, and show it: this once."""
        self.ensure_one()
        self.check_access("write")
        token = secrets.token_urlsafe(32)
        # 256 bits of chance need no salt; the hash is nobody's to read or write
        self.sudo().write({"token_hash": self._hash(token), "token_hint": f"…{token[-4:]}", "token_date": fields.Datetime.now()})
        self._message_log(body=self.env._("A new token was made for the device; the one before is no longer valid."))
        return {"type": "ir.actions.client", "tag": "sales_conveyor.counter_token", "params": {
            "name": self.name, "token": token, "url": self._post_url(), "curl": self._curl(token)}}

    def action_revoke_token(self):
        """No device may post any more."""
        self.check_access("write")
        self.sudo().write({"token_hash": False, "token_hint": False, "token_date": False})  # as above
        for counter in self:
            counter._message_log(body=self.env._("The device's token was revoked."))

    @api.model
    def _hash(self, token):
        return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

    def _post_url(self):
        return f"{self.get_base_url()}{PATH}/{self.id}"

    def _curl(self, token):
        hour = fields.Datetime.now().replace(minute=0, second=0)
        return (f"curl -X POST {self._post_url()} -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' "
                f"-H 'X-Odoo-Database: {self.env.cr.dbname}' "  # needed where a server has several
                f"-d '{{\"readings\": [{{\"hour\": \"{hour:%Y-%m-%dT%H:00:00Z}\", \"visitors\": 12}}]}}'")

    # ------------------------------------------------------------ what it posts
    @api.model
    def _of_token(self, counter_id, token):
        """The counter that this token speaks for, as far as a post needs it, else None; as long for one as for the other.

        In one query: the ORM would read all of the company for each post.

        :param counter_id: a number, or 0
        :return: ``(counter, rules)``
        """
        rows = self.env.execute_query(SQL(
            """
            SELECT c.id, c.token_hash, c.device_wins, COALESCE(o.conveyor_counter_rate, 0), COALESCE(o.conveyor_counter_days, 0)
              FROM conveyor_counter c JOIN res_company o ON o.id = c.company_id
             WHERE c.id = %s AND c.active AND c.token_hash IS NOT NULL
            """, counter_id))
        found, known, *rules = rows[0] if rows else (None, NOBODY)
        if not hmac.compare_digest(self._hash(token), known) or not found or not token:
            return None
        return self.browse(found), PostRules(*rules)

    def _receive(self, body, rules):
        """Record what the device posts.

        :param body: bytes
        :return: ``{received, created, updated, unchanged, kept}``
        :raise engine.counter.BadPost: nothing of it is recorded
        """
        readings = engine.parse(body, fields.Datetime.now(), rules.days)
        counts = self.env["conveyor.counter.reading"]._record(self, readings, "device", rules.device_wins)
        return {"received": len(readings), **counts}

    def _pace(self, rules):
        """Count a post; how many seconds the device is to wait when it has posted too often in this minute, else 0."""
        [(posts, wait)] = self.env.execute_query(SQL(
            """
            INSERT INTO conveyor_counter_pace AS own (counter_id, minute, posts)
            VALUES (%s, date_trunc('minute', clock_timestamp() AT TIME ZONE 'UTC'), 1)
            ON CONFLICT (counter_id) DO UPDATE
               SET posts = CASE WHEN own.minute >= excluded.minute THEN own.posts + 1 ELSE 1 END,
                   minute = GREATEST(own.minute, excluded.minute)
            RETURNING posts, 60 - floor(extract(second FROM clock_timestamp()))::int
            """, self.id))
        return wait if rules.rate and posts > rules.rate else 0


class ConveyorCounterPace(models.Model):
    """How many posts of a counter came in the last minute in which any came: one row a counter, which all hosts see."""

    _name = "conveyor.counter.pace"
    _description = "Posts of a Counter"
    _log_access = False

    counter_id = fields.Many2one("conveyor.counter", required=True, ondelete="cascade")
    minute = fields.Datetime(required=True)
    posts = fields.Integer(required=True)

    _counter_unique = models.Constraint("UNIQUE (counter_id)", "A counter has one pace.")
