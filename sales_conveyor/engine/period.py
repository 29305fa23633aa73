"""A period of days cut into whole months and the days left over, and the filters of the funnel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Any

from .funnel import COHORT, COUNTINGS

IDS = ("team_ids", "user_ids", "source_ids", "campaign_ids", "company_ids", "lead_ids")
SALE_KINDS = ("first", "repeat")


@dataclass(frozen=True)
class Split:
    """``months``: first day of the first and last whole month, ``None`` for an
    open end; ``None`` where there is no whole month. ``days``: what is left."""

    months: tuple[date | None, date | None] | None
    days: tuple[tuple[date, date], ...] = ()


def split(first: date | None, last: date | None) -> Split:
    """Cut the days from ``first`` to ``last``, both included, ``None`` for open."""
    begin = first and (first if first.day == 1 else next_month(first))
    end = last and (last.replace(day=1) if is_month_end(last) else previous_month(last))
    if begin and end and begin > end:
        return Split(None, ((first, last),))
    days = []
    if first and begin != first:
        days.append((first, begin - timedelta(days=1)))
    if last and not is_month_end(last):
        days.append((last.replace(day=1), last))
    return Split((begin, end), tuple(days))


def is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def next_month(day: date) -> date:
    """First day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def previous_month(day: date) -> date:
    """First day of the month before."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_end(day: date) -> date:
    """Last day of the month."""
    return next_month(day) - timedelta(days=1)


class BadFilter(ValueError):
    """A filter that cannot be understood: ``name``, ``value``, and why:
    ``unknown`` ``date`` ``order`` ``choice`` ``ids``."""

    def __init__(self, name: str, value: Any, why: str):
        super().__init__(f"{name}={value!r}: {why}")
        self.name, self.value, self.why = name, value, why


@dataclass(frozen=True)
class Filters:
    """What is counted. ``None`` in place of ids: no restriction; the id 0
    among them: leads without one."""

    date_from: date | None = None
    date_to: date | None = None
    counting: str = COHORT
    team_ids: tuple[int, ...] | None = None
    user_ids: tuple[int, ...] | None = None
    source_ids: tuple[int, ...] | None = None
    campaign_ids: tuple[int, ...] | None = None
    company_ids: tuple[int, ...] | None = None
    lead_ids: tuple[int, ...] | None = None
    sale_kind: str | None = None

    @classmethod
    def parse(cls, raw: Mapping[str, Any] | None, zone: tzinfo = timezone.utc) -> "Filters":
        """Filters of what a screen, a program or a person gave.

        Dates may be dates, moments (UTC, taken to their day in ``zone``) or ISO
        strings; empty values and empty lists do not restrict.

        :raise BadFilter: naming the filter and why
        """
        if raw and not isinstance(raw, Mapping):
            raise BadFilter("filters", raw, "unknown")
        raw = dict(raw or {})
        for name in raw.keys() - cls.__dataclass_fields__.keys():
            raise BadFilter(name, raw[name], "unknown")
        filters = cls(
            date_from=_day("date_from", raw.get("date_from"), zone),
            date_to=_day("date_to", raw.get("date_to"), zone),
            counting=_choice("counting", raw.get("counting"), COUNTINGS) or COHORT,
            sale_kind=_choice("sale_kind", raw.get("sale_kind"), SALE_KINDS),
            **{name: ids_of(name, raw.get(name)) for name in IDS},
        )
        if filters.date_from and filters.date_to and filters.date_from > filters.date_to:
            raise BadFilter("date_to", filters.date_to, "order")
        return filters


def _day(name: str, value: Any, zone: tzinfo) -> date | None:
    if not value:
        return None
    try:
        day = _as_day(value, zone)
    except (ValueError, OverflowError):
        raise BadFilter(name, value, "date") from None
    if day is None or not date.min.year < day.year < date.max.year:  # the months beside it must be dates, too
        raise BadFilter(name, value, "date")
    return day


def _as_day(value: Any, zone: tzinfo) -> date | None:
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) <= 10 else datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=timezone.utc)).astimezone(zone).date()
    return value if isinstance(value, date) else None


def _choice(name: str, value: Any, choices: tuple[str, ...]) -> str | None:
    if not value:
        return None
    if value not in choices:
        raise BadFilter(name, value, "choice")
    return value


def ids_of(name: str, value: Any) -> tuple[int, ...] | None:
    """Ids as a screen or a program gave them; ``None``: no restriction.

    :raise BadFilter: naming the filter
    """
    if value is None or value is False:
        return None
    if isinstance(value, (str, bytes, Mapping, int)) or not hasattr(value, "__iter__"):
        raise BadFilter(name, value, "ids")
    ids = [item or 0 for item in value]
    if not all(isinstance(item, int) and item >= 0 for item in ids):
        raise BadFilter(name, value, "ids")
    return tuple(dict.fromkeys(map(int, ids))) or None
