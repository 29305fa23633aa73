from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .conveyor_work_item import CHANNELS

TIMELINE = 15  # touches that a form shows
LINE_FIELDS = {  # field here: field of the touch line
    "touch_count": "touch_count", "attempt_count": "attempt_count", "message_count": "message_count",
    "conversation_count": "conversation_count", "first_touch_date": "first_touch_date",
    "last_touch_date": "last_touch_date", "last_reply_date": "last_reply_date", "touch_channels": "channels",
    "has_paper": "has_paper", "next_touch_date": "next_touch_date", "next_touch_user_id": "next_touch_user_id",
    "next_touch_channel": "next_touch_channel", "next_touch_reason_id": "next_touch_reason_id",
    "next_touch_automatic": "next_touch_automatic", "answer_due_date": "answer_due_date",
}


def joined(kind, name, *args, **kwargs):
    """A field read from the touch line by a join: it sorts, filters and groups."""
    return kind(*args, compute="_compute_touch_line", groups="base.group_user",
                search=lambda records, operator, value: records._search_touch_line(name, operator, value), **kwargs)


class ConveyorTouchJoin(models.AbstractModel):
    """The touch line of a lead or of a customer, as fields of its own.

    Nothing is stored on the record: reading is one query for all records,
    sorting, filtering and grouping are a left join; no line is an empty line.
    """

    _name = "conveyor.touch.join"
    _description = "Joined Touch Line"

    _touch_owner = ("id", "lead_id")  # column here, column of the touch line

    touch_count = joined(fields.Integer, "touch_count", "Touches", help="Counted towards the norm.")
    attempt_count = joined(fields.Integer, "attempt_count", "Attempts", help="Touches that reached nobody.")
    message_count = joined(fields.Integer, "message_count", "Messages", help="Mails, SMS, letters and messages sent.")
    conversation_count = joined(
        fields.Integer, "conversation_count", "Conversations",
        help="Calls that reached the client, meetings, visits, and what he answered.")
    first_touch_date = joined(fields.Datetime, "first_touch_date", "First Touch")
    last_touch_date = joined(fields.Datetime, "last_touch_date", "Last Touch")
    last_reply_date = joined(fields.Datetime, "last_reply_date", "Last Word from the Client")
    touch_channels = joined(fields.Char, "touch_channels", "Channels Used")
    has_paper = joined(fields.Boolean, "has_paper", "Paper Sent")
    next_touch_date = joined(fields.Datetime, "next_touch_date", "Next Touch")
    next_touch_user_id = joined(fields.Many2one, "next_touch_user_id", "res.users", "Next Touch by")
    next_touch_channel = joined(fields.Selection, "next_touch_channel", CHANNELS, "Next Channel")
    next_touch_reason_id = joined(fields.Many2one, "next_touch_reason_id", "conveyor.reason", "Next Reason")
    next_touch_automatic = joined(fields.Boolean, "next_touch_automatic", "Next by Itself")
    answer_due_date = joined(
        fields.Datetime, "answer_due_date", "Answer until", help="The client has written and nobody has answered yet.")
    touch_timeline = fields.Json(compute="_compute_touch_timeline", groups="base.group_user", help="The latest touches.")

    def _compute_touch_line(self):
        lines = self._touch_lines()
        here = self._touch_owner[0]
        rows = [lines.get(record._origin[here].id if here != "id" else record._origin.id, {}) for record in self]
        for name, column in LINE_FIELDS.items():
            field = self._fields[name]
            field._insert_cache(self, [field.convert_to_cache(row.get(column), self, validate=False) for row in rows])

    def _compute_touch_timeline(self):
        """Few records at once: only forms show it."""
        for record in self:
            owner = ("lead_id", "=", record._origin.id) if record._name == "crm.lead" else (
                "client_key", "=", f"p{record._origin.commercial_partner_id.id}")
            touches = self.env["conveyor.touch"].search([owner], limit=TIMELINE)
            record.touch_timeline = [{
                "id": touch.id, "date": fields.Datetime.to_string(touch.date), "channel": touch.channel,
                "direction": touch.direction, "outcome": touch.outcome, "kind": touch.kind, "counted": touch.is_counted,
                "subject": touch.subject or touch.note or "", "user": touch.user_id.name or "",
            } for touch in reversed(touches)]

    def _touch_lines(self):
        """{owner id: row of its touch line}"""
        self.env["conveyor.touch.line"]._settle()
        here, there = self._touch_owner
        owners = self._origin if here == "id" else self._origin[here]
        columns = SQL(", ").join(map(SQL.identifier, (there, *LINE_FIELDS.values())))
        rows = self.env.execute_query_dict(SQL(
            "SELECT %s FROM conveyor_touch_line WHERE %s = ANY(%s)", columns, SQL.identifier(there), owners.ids))
        return {row[there]: row for row in rows}

    @api.model
    def _search_touch_line(self, name, operator, value):
        lines = self.env["conveyor.touch.line"].sudo()  # the record's own access decides
        if operator in ("any", "not any"):  # what is asked of the user or the reason, by the reader's rights
            operator, value = ("in" if operator == "any" else "not in"), self.env[
                self._fields[name].comodel_name].with_context(active_test=False)._search(Domain(value))
        condition = Domain(LINE_FIELDS[name], operator, value).optimize_full(lines)
        return Domain.custom(to_sql=partial(self._touch_condition, condition, lines))

    @staticmethod
    def _touch_condition(condition, lines, model, alias, query):
        return condition._to_sql(lines, model._join_touch_line(alias, query), query)

    def _join_touch_line(self, alias, query):
        """Alias of the touch line in ``query``."""
        self.env["conveyor.touch.line"]._settle()
        here, there = self._touch_owner
        if here != "id":
            self.flush_model([here])
        return query.left_join(alias, here, "conveyor_touch_line", there, "touch_line")

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr not in LINE_FIELDS or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        field = self._fields[field_expr]
        self._check_field_access(field, "read")
        column = SQL.identifier(self._join_touch_line(alias, query), LINE_FIELDS[field_expr])
        empty = {"integer": SQL("0"), "boolean": SQL("FALSE")}.get(field.type)
        return SQL("COALESCE(%s, %s)", column, empty) if empty else column
