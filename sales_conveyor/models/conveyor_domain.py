"""Filters that people keep as text."""

import ast

from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import datetime, dateutil, safe_eval, time


# A filter is a list of conditions; only their values are worked out, from days and moments. What it asks for is the
# same whoever reads it: it is checked with the rights of who writes it, and read by the cron with all of them.
VALUES = (
    ast.Constant, ast.Name, ast.Load, ast.List, ast.Tuple, ast.Call, ast.keyword, ast.Attribute, ast.UnaryOp, ast.USub,
    ast.BinOp, ast.Add, ast.Sub)
CALLS = {
    "context_today", "relativedelta", "timedelta", "date", "datetime", "time", "now", "today", "utcnow", "strftime", "combine",
    "replace", "isoformat"}


def is_plain(text):
    """Whether the text is a domain whose fields and operators are written out."""
    try:
        return _is_plain_list(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _is_plain_list(node):
    return isinstance(node, (ast.List, ast.Tuple)) and all(map(_is_plain_item, node.elts))


def _is_plain_item(node):
    if isinstance(node, ast.Constant):
        return True
    if not isinstance(node, (ast.List, ast.Tuple)) or len(node.elts) != 3:
        return False
    name, operator, value = node.elts
    if not isinstance(name, ast.Constant) or not isinstance(operator, ast.Constant):
        return False
    return _is_plain_list(value) if operator.value in ("any", "not any") else all(map(_is_plain_value, ast.walk(value)))


def _is_plain_value(node):
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", getattr(node.func, "id", "")) in CALLS
    return isinstance(node, VALUES)


def read_domain(env, text, now):
    """The domain that a text means on the day of ``now``.

    :param str text: as the domain editor writes it; empty: everything
    :raise ValueError: it is no domain
    """
    if not text or text.strip() in ("", "[]"):
        return Domain.TRUE
    return Domain(safe_eval(text, {
        "uid": env.uid, "context_today": lambda: now.date(), "time": time, "datetime": datetime,
        "relativedelta": dateutil.relativedelta.relativedelta,
        "current_date": now.date().isoformat(),
    }))


def check_domain(records, field_name, model_of, now):
    """Refuse a filter that cannot be read, in a sentence for people.

    :param model_of: the model name that a record's filter is for
    """
    for record in records.filtered(field_name):
        try:
            if not is_plain(record[field_name]):
                raise ValueError(record.env._("it is no list of conditions"))
            domain = read_domain(record.env, record[field_name], now)
            writer = record.sudo(False)  # constraints run with all rights; nobody asks for what he may not read
            writer.env[model_of(record)]._search(domain, limit=1)
        except Exception as error:
            raise ValidationError(record.env._(
                "%(record)s: the filter \"%(field)s\" cannot be read. Choose its conditions anew. (%(error)s)",
                record=record.display_name, error=error,
                field=record._fields[field_name]._description_string(record.env))) from error
