"""The funnel: read from the monthly rollup, kept right as leads change, made from nothing."""

from .bench import Different, Result, compare
from .odoo_side import call

TWO, FOUR = ("stage_id", "month"), ("stage_id", "source_id", "team_id", "month")
# The raw group-by over one row a lead and section, as of leads that came in each month.
RAW = """
    SELECT {keys}, count(*), count(pass_date), count(loss_date), sum(in_now), round(sum(value), 2) FROM (
        SELECT *, date_trunc('month', entry_date)::date AS month FROM conveyor_funnel_fact WHERE stage_id IS NOT NULL) f
     GROUP BY {keys}"""
ROLLED = "SELECT {keys}, sum(reached)::int8, sum(passed)::int8, sum(lost)::int8, sum(in_now)::int8, round(sum(value_reached), 2)"
SHARE = 0.003  # of the leads change


def reading(load):
    """Cells of the funnel from the rollup, against the group-by that they save."""
    results = [
        compare(f"funnel cells: {name}", _ours(load, keys), _raw(load, keys), load.scale.repetitions(9), goal)
        for name, keys, goal in (("section × month", TWO, 0.1), ("section × source × team × month", FOUR, 0.3))]
    results.append(compare("funnel cells: section × month, by formatted_read_group", _ours_fetched(load), _grouped(load),
                           load.scale.repetitions(5), 0.1))
    return results


def screen(load):
    """All tables of the screen, against the one four-way group-by that could feed a pivot."""
    def ours():
        with load.ours.environment(load.manager, allowed_company_ids=[1]) as env:
            seconds, tables = load.ours.timed(env, lambda: call(env, "conveyor.funnel", "get_tables", {}))
            return seconds, {row["key"]: row["cells"]["value"] for row in tables["tables"][0]["rows"]}

    def reference():
        seconds, cells = _raw(load, FOUR)()
        with load.ours.environment() as env:
            env.cr.execute("SELECT count(*), count(*) FILTER (WHERE won_status = 'won'), "
                           "count(*) FILTER (WHERE won_status = 'lost') FROM crm_lead")
            return seconds, dict(zip(("leads", "won", "lost"), env.cr.fetchone()))

    return [compare("funnel screen, all tables, by the four-way group-by", ours, reference, load.scale.repetitions(5),
                    same=lambda tables, counts: counts.items() <= tables.items())]


def _ours(load, keys):
    """The statement of the funnel's reader; the answer's numbers are those that are compared."""
    def side():
        from odoo.addons.sales_conveyor.models.conveyor_funnel_reader import SECTIONS, SOURCE
        from odoo.tools import SQL

        with load.ours.environment(load.manager, allowed_company_ids=[1]) as env:
            reader, names = env["conveyor.funnel.reader"], ", ".join(keys)
            scope = reader._scope({})
            grain = reader._narrowest(scope, keys, SOURCE)
            parts = SQL(" UNION ALL ").join(reader._parts(scope, keys, grain, SECTIONS, scope.has_rollup(keys)))
            return _counted(load, env, keys, SQL("%s FROM (%s) x GROUP BY %s", SQL(ROLLED.format(keys=names)), parts,
                                                 SQL(names)))
    return side


def _raw(load, keys):
    def side():
        from odoo.tools import SQL

        with load.ours.environment() as env:
            return _counted(load, env, keys, SQL(RAW.format(keys=", ".join(keys))))
    return side


def _counted(load, env, keys, query):
    """The database's time for all cells, and then the cells; fetching half a million would hide it."""
    from odoo.tools import SQL

    seconds, _none = load.ours.timed(env, lambda: env.cr.execute(SQL("SELECT count(cell) FROM (%s) cell", query)))
    env.cr.execute(query)
    return seconds, _cells(env.cr.fetchall(), len(keys))


def _ours_fetched(load):
    """All sums of the cells, as Python has them."""
    def side():
        with load.ours.environment(load.manager, allowed_company_ids=[1]) as env:
            reader = env["conveyor.funnel.reader"]
            seconds, sums = load.ours.timed(env, lambda: reader._sums(reader._scope({}), TWO))
            return seconds, {(key[0], str(key[1])): (
                tally.reached, tally.passed, tally.lost, tally.in_now, round(tally.value_reached, 2))
                for key, tally in sums.items()}
    return side


def _grouped(load):
    """What a pivot would ask for; amounts are left out, since Odoo adds currencies up in another way."""
    def side():
        with load.ours.environment(load.manager, allowed_company_ids=[1]) as env:
            def work():
                return call(env, "conveyor.funnel.report", "formatted_read_group", [], ["stage_id", "entry_date:month"],
                            ["__count", "passed:sum", "lost_here:sum", "in_now:sum", "value:sum"])
            seconds, groups = load.ours.timed(env, work)
            return seconds, {
                (group["stage_id"][0], group["entry_date:month"][0]): (
                    group["__count"], group["passed:sum"], group["lost_here:sum"], group["in_now:sum"],
                    round(group["value:sum"], 2)) for group in groups}
    return side


def _cells(rows, keys):
    return {tuple(str(key) if hasattr(key, "year") else key for key in row[:keys]): (
        *row[keys:-1], round(float(row[-1] or 0), 2)) for row in rows}


# ---------------------------------------------------------------- keeping it right
def rebuild(load):
    """The rollup from the facts, against the group-by alone; all from the transitions, and a few leads that changed."""
    def ours():
        with load.ours.environment() as env:
            seconds, _none = load.ours.timed(env, env["conveyor.funnel.month"]._rebuild)
            return seconds, _digest(env)

    def raw():
        from odoo.tools import SQL

        with load.ours.environment() as env:
            env.cr.execute("CREATE TEMP TABLE bench_month (LIKE conveyor_funnel_month INCLUDING DEFAULTS) ON COMMIT DROP;"
                           "CREATE TEMP TABLE bench_histogram (LIKE conveyor_funnel_histogram INCLUDING DEFAULTS) "
                           "ON COMMIT DROP")
            facts = SQL("(SELECT 1 AS sign, * FROM conveyor_funnel_fact)")
            statements = [_redirected(env[f"conveyor.funnel.{name}"]._insert(facts), f"conveyor_funnel_{name}",
                                      f"bench_{name}") for name in ("month", "histogram")]

            def work():
                with env["conveyor.funnel.builder"]._planned_for_many():
                    for statement in statements:
                        env.cr.execute(statement)
            seconds, _none = load.ours.timed(env, work)
            return seconds, _digest(env, "bench_month", "bench_histogram")

    return [compare("funnel rollup made anew", ours, raw, load.scale.repetitions(4), 1.2,
                    warm=not load.scale.is_large), *_increment(load)]


def _redirected(statement, table, target):
    from odoo.tools import SQL

    return SQL(statement.code.replace(f"INSERT INTO {table} ", f"INSERT INTO {target} ", 1), *statement.params)


def _digest(env, month="conveyor_funnel_month", histogram="conveyor_funnel_histogram"):
    """Number and sums of the cells that have a number; ids and order do not matter."""
    answer = []
    for table in (month, histogram):
        env.cr.execute(f"SELECT count(*), sum(hashtextextended((to_jsonb(t) - 'id')::text, 0)) FROM {table} t")
        answer.append(env.cr.fetchone())
    return answer


def _increment(load):
    """A small share of the leads changes: its cost, lead by lead, against making all anew, lead by lead."""
    few = max(3, round(load.scale.leads * SHARE))

    def changed():
        with load.ours.environment() as env:
            env.cr.execute("UPDATE crm_lead SET expected_revenue = expected_revenue + 1, user_id = NULL WHERE id IN "
                           "(SELECT id FROM crm_lead ORDER BY hashint4(id), id LIMIT %s) RETURNING id", (few,))
            leads = [lead for lead, in env.cr.fetchall()]
            facts = env["conveyor.funnel.fact"]
            facts._mark(leads)
            seconds, _none = load.ours.timed(env, facts._refresh)
            _check_sums(env)
            return seconds / few, None

    def whole():
        with load.ours.environment() as env:
            seconds, _none = load.ours.timed(env, env["conveyor.funnel.fact"]._rebuild)
            _check_sums(env)
            made.append(seconds)
            return seconds / load.scale.leads, None

    made = []
    result = compare(f"funnel after {few} leads changed, a lead, by all anew, a lead", changed, whole,
                     load.scale.repetitions(2), 3, warm=not load.scale.is_large)
    return [result, Result(f"funnel facts and rollup of {load.scale.leads:,} leads made anew", min(made))]


def _check_sums(env):
    """The rollup says what the facts say."""
    env.cr.execute(RAW.format(keys="stage_id") + " ORDER BY 1")
    raw = _cells(env.cr.fetchall(), 1)
    env.cr.execute(ROLLED.format(keys="stage_id") + " FROM conveyor_funnel_month WHERE grain = 'source' AND counting = 'cohort'"
                   " AND stage_id IS NOT NULL GROUP BY 1 ORDER BY 1")
    rolled = _cells(env.cr.fetchall(), 1)
    if raw != rolled:
        raise Different(f"the rollup {rolled} is not what the facts say: {raw}")
