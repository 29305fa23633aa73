"""The owner's page and money by source: whole answers, by the bare SQL of the same figures from the tables that keep them."""

from datetime import date, timedelta

from .bench import Result, compare
from .odoo_side import call

FIRST_PAINT = ("top", "belt", "lists")
QUERIES = 40
COMPANIES = "(company_id = 1 OR company_id IS NULL)"
ROLLED = f"""
    FROM conveyor_funnel_month WHERE counting = 'period' AND {COMPANIES} AND (month = %(month)s OR month IS NULL) AND grain = """
TOP = (
    ("sales", f"SELECT sale_kind, sum(passed)::int, sum(value_passed) {ROLLED} 'section' AND stage_id IS NULL GROUP BY 1"),
    ("before", f"""SELECT sale_kind, count(*), sum(value) FROM conveyor_funnel_fact
                    WHERE stage_id IS NULL AND pass_date BETWEEN %(before_from)s AND %(before_to)s AND {COMPANIES} GROUP BY 1"""),
    ("moved", """SELECT count(*) FILTER (WHERE to_status = 'lost' AND date >= %(first)s), count(*) FILTER (WHERE is_back AND date >= %(first)s),
                        count(*) FILTER (WHERE to_status = 'lost' AND date < %(first)s), count(*) FILTER (WHERE is_back AND date < %(first)s)
                   FROM conveyor_rhythm_change WHERE company_id = 1 AND is_history IS NOT TRUE AND date BETWEEN %(before_from)s AND %(today)s"""),
    ("gained", """SELECT count(*) FILTER (WHERE first_date >= %(first)s), count(*) FILTER (WHERE first_date < %(first)s)
                    FROM conveyor_rhythm WHERE company_id = 1 AND first_date BETWEEN %(before_from)s AND %(today)s"""),
)
BELT = (
    ("sections", f"""SELECT stage_id, phase, sum(reached)::int, sum(passed)::int, sum(lost)::int, sum(in_now)::int, sum(value_lost), sum(value_now),
                            sum(touches) {ROLLED} 'section' AND stage_id IS NOT NULL GROUP BY 1, 2"""),
    ("earlier", f"""SELECT stage_id, phase, count(*) FILTER (WHERE pass_date BETWEEN %(before_from)s AND %(before_to)s),
                            count(*) FILTER (WHERE loss_date BETWEEN %(before_from)s AND %(before_to)s)
                       FROM conveyor_funnel_fact WHERE stage_id IS NOT NULL AND {COMPANIES} AND (
                            pass_date BETWEEN %(before_from)s AND %(before_to)s OR loss_date BETWEEN %(before_from)s AND %(before_to)s)
                      GROUP BY 1, 2"""),
    ("medians", f"""SELECT stage_id, phase, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM conveyor_funnel_fact
                     WHERE stage_id IS NOT NULL AND seconds IS NOT NULL AND {COMPANIES}
                       AND (pass_date BETWEEN %(first)s AND %(last)s OR pass_date IS NULL AND loss_date BETWEEN %(first)s AND %(last)s) GROUP BY 1, 2"""),
    ("won", "SELECT id FROM crm_stage WHERE is_won"),
    ("reasons", f"SELECT stage_id, phase, lost_reason_id, sum(lost)::int {ROLLED} 'reason' AND stage_id IS NOT NULL GROUP BY 1, 2, 3"),
    ("few", f"""SELECT count(*) FROM conveyor_funnel_fact f JOIN conveyor_touch_line t USING (lead_id)
                 WHERE stage_id IS NOT NULL AND loss_date BETWEEN %(first)s AND %(last)s AND touch_count <= 3 AND {COMPANIES}"""),
    ("work", f"""SELECT i.stage_id, count(*) FROM conveyor_work w JOIN conveyor_work_item i ON i.id = w.item_id AND i.required
                   JOIN crm_lead l ON l.id = w.lead_id AND l.active AND l.won_status = 'pending' WHERE w.state = 'todo' GROUP BY 1"""),
    ("overdue", f"""SELECT l.stage_id, count(*) FROM crm_lead l JOIN conveyor_touch_line t ON t.lead_id = l.id
                     WHERE l.active AND l.won_status = 'pending' AND {COMPANIES} AND t.next_touch_date < now() AT TIME ZONE 'UTC' GROUP BY 1"""),
)
LISTS = (
    ("slipping", """SELECT r.partner_id, r.revenue_average * LEAST(current_date - r.last_date, 365) / r.usual_gap AS risk, count(*) OVER ()
                      FROM conveyor_rhythm r WHERE r.company_id = 1 AND r.status IN ('late', 'sleeping') ORDER BY risk DESC, id LIMIT 5"""),
    ("promised", f"""SELECT l.id, l.name, count(*) OVER () FROM crm_lead l JOIN conveyor_touch_line t ON t.lead_id = l.id
                      WHERE l.active AND l.won_status = 'pending' AND {COMPANIES} AND t.next_touch_date < %(midnight)s
                      ORDER BY l.expected_revenue DESC, l.id LIMIT 5"""),
)


def dashboard(load):
    """First paint: queries, and seconds by those of the bare statements."""
    filters, days = _month(load)
    queries = []

    def ours():
        total, found = 0.0, {}
        for name in FIRST_PAINT:
            with load.ours.environment(load.manager, allowed_company_ids=[1]) as env:
                before = env.cr.sql_log_count
                seconds, part = load.ours.timed(env, lambda: call(env, "conveyor.dashboard", "get_part", name, filters))
                queries.append((name, env.cr.sql_log_count - before))
                total += seconds
                found[name] = part
        return total, _figures(found)

    def reference():
        total, found = 0.0, {}
        for statements in (TOP, BELT, (*LISTS, *_report(load))):
            with load.ours.environment(load.manager, allowed_company_ids=[1]) as env:
                for name, statement in statements:
                    seconds, rows = load.ours.timed(env, lambda: _rows(env, statement, days))
                    total += seconds
                    found[name] = rows
        return total, _bare_figures(found)

    goal = 1.2 if load.scale.is_large else 1.5  # what Python does is as much for a thousand leads as for a million
    result = compare("dashboard: first paint, by the bare SQL of its parts", ours, reference, load.scale.repetitions(9), goal)
    needed = sum(dict(queries[-len(FIRST_PAINT):]).values())
    return [result, Result("dashboard: queries of the first paint", needed, goal=QUERIES - 1, unit="queries")]


def _rows(env, statement, values):
    env.cr.execute(statement, *(() if not isinstance(statement, str) else (values,)))
    return env.cr.fetchall()


def _month(load):
    """Filters of this month as the screen opens with it, and the days of the statements."""
    today = date.today()
    first = today.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    before_to = first - timedelta(days=1)
    with load.ours.environment(load.manager, allowed_company_ids=[1]) as env:
        midnight = env["conveyor.dashboard"]._today_begins()
    return {"date_from": first.isoformat(), "date_to": last.isoformat()}, {
        "month": first, "first": first, "last": last, "today": today, "before_to": before_to,
        "before_from": before_to - (today - first), "midnight": midnight}


def _report(load):
    """The statement of *Dropped Alive*: its report is SQL through and through."""
    from odoo.tools import SQL

    with load.ours.environment(load.manager, allowed_company_ids=[1]) as env:
        report = env["conveyor.discipline.report"].with_context(conveyor_without_hours=True)
        query = report._search([("company_id", "in", [1, False]), ("is_left", "=", 1)], order="value desc, id", limit=5)
        return [("dropped", query.select(SQL.identifier(query.table, "lead_id"), SQL("count(*) OVER ()")))]


def _figures(parts):
    top = {row["key"]: row["cells"] for table in parts["top"]["tables"] for row in table["rows"]}
    sections = {row["key"]: [row["cells"][name] for name in ("reached", "passed", "lost", "in_now")] for row in parts["belt"]["table"]["rows"]}
    earlier = {row["key"]: row["cells"]["passing_before"] for row in parts["belt"]["table"]["rows"] if row["cells"]["passing_before"] is not None}
    lists = {one["key"]: (one["count"], [item["id"] for item in one["items"]]) for one in parts["lists"]["lists"]}
    return {"sales": [top[name][column] for name in ("first", "repeat") for column in ("value", "before")],
            "gained": [top["gained"]["value"], top["gained"]["before"]], "net": [top["net"]["value"], top["net"]["before"]],
            "sections": {key: cells for key, cells in sections.items() if any(cells)}, "earlier": earlier, "lists": lists}


def _bare_figures(found):
    now, before = ({row[0]: row[1] for row in found[name]} for name in ("sales", "before"))
    (gained, gained_before), = found["gained"]
    (lost, back, lost_before, back_before), = found["moved"]
    shown, won = {row[:2] for row in found["sections"]}, {stage for stage, in found["won"]}
    earlier = {f"{row[0]}:{row[1]}": row[2] / (row[2] + row[3]) for row in found["earlier"] if row[:2] in shown and row[0] not in won}
    listed = lambda rows, place: (rows[0][-1] if rows else 0, [row[place] for row in rows])  # noqa: E731
    return {"sales": [side.get(kind, 0) for kind in ("first", "repeat") for side in (now, before)],
            "gained": [gained, gained_before], "net": [gained + back - lost, gained_before + back_before - lost_before],
            "sections": {f"{row[0]}:{row[1]}": list(row[2:6]) for row in found["sections"] if any(row[2:6])}, "earlier": earlier,
            "lists": {"dropped": listed(found["dropped"], 0), "slipping": listed(found["slipping"], 0), "overdue": listed(found["promised"], 0)}}
