"""One day's run of the cadences: choosing what is due, planning it for people, and what Odoo's own means would take."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from .bench import Result, compare
from .seed_enrolments import enrolled

BY_HAND = "SELECT a.res_id, a.user_id, a.date_deadline, a.activity_type_id FROM mail_activity a WHERE a.id > %s"
QUEUE_MS, EARLIER, QUERIES, MAILS = 5, 9, 0.25, 3_000
SCAN = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")
# The same rows as our run writes, set by set, without asking anything
BARE = (
    """CREATE TEMP TABLE bench_due ON COMMIT DROP AS
       SELECT e.id, e.step_id, e.lead_id, e.partner_id, l.user_id, l.name FROM conveyor_enrolment e
         JOIN crm_lead l ON l.id = e.lead_id
        WHERE e.next_date <= %(now)s AND e.state = 'running' ORDER BY e.next_date, e.id LIMIT %(count)s""",
    """WITH run AS (
           INSERT INTO conveyor_step_run (enrolment_id, step_id, loop, lead_id, partner_id, user_id, channel, is_automatic,
                                          planned_date, state, attempts, create_uid, write_uid, create_date, write_date)
           SELECT id, step_id, 0, lead_id, partner_id, user_id, 'call', FALSE, %(now)s, 'planned', 0, 1, 1, %(now)s, %(now)s
             FROM bench_due RETURNING id, enrolment_id)
       INSERT INTO mail_activity (res_model_id, res_model, res_id, res_name, activity_type_id, user_id, active, automated,
                                  summary, date_deadline, conveyor_channel, conveyor_run_id, create_uid, write_uid,
                                  create_date, write_date)
       SELECT %(model)s, 'crm.lead', d.lead_id, d.name, %(kind)s, d.user_id, TRUE, TRUE, 'Call', %(now)s::date, 'call', r.id,
              1, 1, %(now)s, %(now)s FROM bench_due d JOIN run r ON r.enrolment_id = d.id ORDER BY d.user_id""",
    """UPDATE conveyor_step_run r SET activity_id = a.id FROM mail_activity a
        WHERE a.conveyor_run_id = r.id AND r.enrolment_id IN (SELECT id FROM bench_due)""",
    """UPDATE conveyor_enrolment SET next_date = NULL WHERE id IN (SELECT id FROM bench_due)""",
    """INSERT INTO conveyor_touch_line AS line (lead_id, next_touch_date, next_touch_user_id, next_touch_channel,
                                                next_touch_automatic, next_activity_id)
       SELECT DISTINCT ON (d.lead_id) d.lead_id, a.date_deadline + interval '8 hours', a.user_id, a.conveyor_channel, FALSE,
              a.id
         FROM bench_due d JOIN mail_activity a ON a.res_model = 'crm.lead' AND a.res_id = d.lead_id
        WHERE a.active AND a.conveyor_channel IS NOT NULL ORDER BY d.lead_id, a.date_deadline, a.id
       ON CONFLICT (lead_id) WHERE lead_id IS NOT NULL DO UPDATE SET
          (next_touch_date, next_touch_user_id, next_touch_channel, next_touch_automatic, next_activity_id) =
          ROW(excluded.next_touch_date, excluded.next_touch_user_id, excluded.next_touch_channel,
              excluded.next_touch_automatic, excluded.next_activity_id)""")


def choosing(load):
    """What is due, of all enrolments, by the cron's own statement."""
    with enrolled(load) as seeded:
        def side(*without):
            def measured():
                with load.ours.environment() as env, _batches_of(seeded.due):
                    for name in without:
                        env.cr.execute(f"SET LOCAL {name} = off")
                    rows = env["conveyor.enrolment"]
                    seconds, found = load.ours.timed(env, lambda: rows._lock_due(seeded.now))
                    return seconds, found.ids
            return measured

        return [compare(f"choosing {seeded.due:,} due of {seeded.all:,} enrolments", side(), side(*SCAN),
                        load.scale.repetitions(9), 0.3)]


def queue(load):
    """The salesperson with the most to do asks for his day."""
    (seller,), = load.ours.sql("SELECT a.user_id FROM mail_activity a JOIN res_users u ON u.id = a.user_id "
                               "WHERE a.active AND a.date_deadline <= current_date AND a.conveyor_channel IS NOT NULL "
                               "AND u.login LIKE %s GROUP BY user_id ORDER BY count(*) DESC, user_id LIMIT 1", "seller%")
    return [_queue(load, seller, EARLIER, QUEUE_MS), _queue(load, seller, 0, None), _whole_day(load, seller)]


def _queue(load, seller, days, goal):
    """The statement alone, as of so many days ago: what has piled up since is not asked for then."""
    found = []
    for _repetition in range(load.scale.repetitions(9) + 1):
        with load.ours.environment(seller, allowed_company_ids=[1]) as env:
            statement = _queue_statement(env, days)
            seconds, rows = load.ours.timed(env, lambda: env.execute_query(statement))
            found.append((seconds, len(rows)))
    seconds, rows = sorted(found)[len(found) // 2]
    return Result(f"a salesperson's queue of {rows}, SQL alone", seconds * 1000, goal=goal, unit="ms")


def _queue_statement(env, days):
    from odoo.tools import SQL

    day, now = env["conveyor.day"], env.cr.now()
    today = env["conveyor.next"]._local_day(now, env.user) - timedelta(days)
    return SQL("(%s) UNION ALL (%s) UNION ALL (%s)", day._planned_sql(env.user, today), day._replies_sql(env.user),
               day._new_sql(env.user, now))


def _whole_day(load, seller):
    """The screen's request for it, ranked and levelled."""
    def act():
        with load.ours.environment(seller, allowed_company_ids=[1]) as env:
            return load.ours.timed(env, env["conveyor.day"].get_day)[0]
    return Result("a salesperson's day, whole request", sorted(act() for _number in range(3))[1])


# ---------------------------------------------------------------- planning
def planning(load):
    """Touches by hand: an activity each, through the cron."""
    with enrolled(load) as seeded:
        many, few = seeded.due, min(1_000, max(seeded.due // 5, 1))
        queries = []
        results = [compare(f"planning {many:,} touches by hand, by bare SQL", _ours(load, seeded, many, queries),
                           _bare(load, seeded, many), load.scale.repetitions(3), 8, warm=not load.scale.is_large)]
        results.append(Result(f"queries a touch, planning {many:,}", queries[-1] / many, goal=QUERIES, unit="queries"))
        results.append(_linear(load, seeded, few, many))
        return results + _against_automation(load, seeded, few, many)


def sending(load):
    """Mails that go out by themselves, queued by the cron."""
    with enrolled(load, by_mail=True) as seeded:
        many = min(seeded.due, MAILS)
        queries = []
        result = _linear(load, seeded, max(many // 10, 1), many, "mail", queries)
        return [result, Result(f"queries a mail, queueing {many:,}", max(queries) / many, unit="queries")]


def _linear(load, seeded, few, many, what="touch", queries=None):
    """Cost of one touch on a large day, by that on a small one."""
    def side(count):
        run = _ours(load, seeded, count, queries)
        return lambda: (run()[0] / count, True)
    return compare(f"one {what} of {many:,}, by one of {few:,}", side(many), side(few), load.scale.repetitions(3), 1.2)


def _ours(load, seeded, count, queries=None):
    """The cron's run; between its batches it commits, here it writes and forgets as then."""
    def side():
        with load.ours.environment() as env, _without_commits():
            last = _prepare(env, seeded, count)
            before = env.cr.sql_log_count

            def work():
                env["conveyor.enrolment"]._cron_run(seeded.now)
                env.cr.flush()
            seconds, _none = load.ours.timed(env, work)
            if queries is not None:
                queries.append(env.cr.sql_log_count - before)
            return seconds, _planned(env, last)
    return side


def _bare(load, seeded, count):
    def side():
        with load.ours.environment() as env:
            last = _prepare(env, seeded, count)
            values = {"now": seeded.now, "count": count, "model": env["ir.model"]._get_id("crm.lead"),
                      "kind": env.ref("mail.mail_activity_data_call").id}
            seconds, _none = load.ours.timed(env, lambda: [env.cr.execute(query, values) for query in BARE])
            return seconds, _planned(env, last)
    return side


def _prepare(env, seeded, count):
    """Only so many are due. Returns the last activity before."""
    env.cr.execute("UPDATE conveyor_enrolment SET next_date = next_date + interval '1 year' WHERE id IN ("
                   "SELECT id FROM conveyor_enrolment WHERE next_date <= %s ORDER BY next_date, id OFFSET %s)",
                   (seeded.now, count))
    env.cr.execute("SELECT COALESCE(max(id), 0) FROM mail_activity")
    return env.cr.fetchone()[0]


def _planned(env, last):
    env.cr.execute(f"SELECT count(*), sum(hashtextextended(a::text, 0)) FROM ({BY_HAND}) a", (last,))
    return env.cr.fetchone()


@contextmanager
def _batches_of(size):
    """The statement that the cron repeats for each batch, once for all of them."""
    from odoo.addons.sales_conveyor.models import conveyor_enrolment_run

    with patch.object(conveyor_enrolment_run, "BATCH", size):
        yield


@contextmanager
def _without_commits():
    from odoo.addons.sales_conveyor.models.conveyor_enrolment_run import ConveyorEnrolment

    def commit_run(self, _processed, **_remaining):
        self.env.cr.flush()
        self.env.cr.clear()
        return True

    with patch.object(ConveyorEnrolment, "_commit_run", commit_run):
        yield


# ---------------------------------------------------------------- an automation rule on time
def _against_automation(load, seeded, few, many):
    """Odoo's rules that act at a date plan the same; their cost grows with the square, so the large day is worked out."""
    ours = _ours(load, seeded, few)()[0], _ours(load, seeded, many)()[0]
    sizes = few, max(few * (2 if load.scale.is_large else 3), 2)
    took = [_on_time(load, seeded, size) for size in sizes]
    square = max((took[1] / sizes[1] - took[0] / sizes[0]) / (sizes[1] - sizes[0]), 0)
    whole = many * (took[0] / sizes[0] + square * (many - sizes[0]))
    return [Result(f"planning {few:,} touches, by an automation rule on time", ours[0], took[0], ours[0] / took[0], 1 / 15),
            Result(f"planning {many:,} touches, by such a rule (worked out)", ours[1], whole, ours[1] / whole, 1 / 100)]


def _on_time(load, seeded, count):
    """Seconds that Odoo alone takes to plan the calls of so many of the leads by such a rule."""
    leads = [lead for lead, in load.ours.sql(
        "SELECT lead_id FROM conveyor_enrolment WHERE cadence_id = %s ORDER BY next_date, id LIMIT %s", seeded.cadence, count)]
    with load.plain.environment() as env:
        rule = _rule(env, leads)
        last = env["mail.activity"].search([], order="id desc", limit=1).id

        def work():
            for record in rule._search_time_based_automation_records(until=env.cr.now()):
                rule._process(record)
            env.flush_all()
        seconds, _none = load.plain.timed(env, work)
        planned = env["mail.activity"].search_count([("id", ">", last)])
        if planned != len(leads):
            raise AssertionError(f"The rule planned {planned} of {len(leads)}.")
        return seconds


def _rule(env, leads):
    model = env["ir.model"]._get("crm.lead")
    rule = env["base.automation"].create({
        "name": "Call them", "model_id": model.id, "trigger": "on_time", "filter_domain": str([("id", "in", leads)]),
        "trg_date_id": env["ir.model.fields"]._get("crm.lead", "create_date").id})
    env["ir.actions.server"].create({
        "name": "Call them", "model_id": model.id, "state": "next_activity", "base_automation_id": rule.id,
        "usage": "base_automation", "activity_type_id": env.ref("mail.mail_activity_data_call").id,
        "activity_summary": "Call", "activity_user_type": "generic", "activity_user_field_name": "user_id"})
    return rule.with_context(__action_done={})
