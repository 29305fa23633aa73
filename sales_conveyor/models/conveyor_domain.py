"""Filters that people keep as text."""

from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import datetime, dateutil, safe_eval, time


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
            domain = read_domain(record.env, record[field_name], now)
            record.env[model_of(record)].sudo()._search(domain, limit=1)  # only whether it can be read
        except Exception as error:
            raise ValidationError(record.env._(
                "%(record)s: the filter \"%(field)s\" cannot be read. Choose its conditions anew. (%(error)s)",
                record=record.display_name, error=error,
                field=record._fields[field_name]._description_string(record.env))) from error
