"""Thousands of signals of one night, answered by automation rules, against the ORM's own batch create of the same records."""

from .bench import Result, compare

OURS_GOAL, ACTIVITY_GOAL, LINEAR_GOAL = 1.3, 5, 1.2
NIGHT = 10_000
ONE = 1_000


def reaction(load):
    """Our kinds, Odoo's *Create Activity*, and whether ten times as many cost ten times as much."""
    count = min(NIGHT, load.scale.customers // 2)
    once = {"repetitions": load.scale.repetitions(1), "warm": False}
    few = min(ONE, count // 10)
    _each(load, few)()  # what is loaded once is loaded now
    return [
        compare(f"{count:,} signals answered by opportunities, by the ORM's create", _answered(load, count, OPPORTUNITY, _leads),
                _bare_leads(load, count), **once, goal=OURS_GOAL),
        compare(f"{count:,} signals answered by Create Activity, by the ORM's create", _answered(load, count, ACTIVITY, _activities),
                _bare_activities(load, count), **once, goal=ACTIVITY_GOAL),
        compare(f"a signal of {count:,}, by one of {few:,}", _each(load, count), _each(load, few), **once, goal=LINEAR_GOAL,
                same=lambda one, other: True),
        _waiting(load, count)]


OPPORTUNITY = {"state": "conveyor_opportunity"}
ACTIVITY = {"state": "next_activity", "activity_summary": "We have not seen you for a while", "activity_user_type": "generic",
            "activity_user_field_name": "user_id"}


def _customers(env, count):
    """Customers without an open lead, each with an account manager."""
    env.cr.execute(
        """SELECT array_agg(id) FROM (
               SELECT p.id FROM res_partner p WHERE p.active AND p.commercial_partner_id = p.id AND p.name IS NOT NULL
                  AND NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = p.id)
                  AND NOT EXISTS (SELECT FROM res_partner m JOIN crm_lead l ON l.partner_id = m.id
                                  WHERE m.commercial_partner_id = p.id AND l.active AND l.won_status = 'pending')
                ORDER BY p.id LIMIT %s) p""", (count,))
    ids = env.cr.fetchone()[0]
    env.cr.execute("SELECT array_agg(id ORDER BY id) FROM (SELECT id FROM res_users WHERE login LIKE 'seller%%' LIMIT 100) u")
    sellers = env.cr.fetchone()[0]
    env.cr.execute("UPDATE res_partner SET user_id = (%s::int[])[1 + id %% %s] WHERE id = ANY(%s)", (sellers, len(sellers), ids))
    env.cr.execute("DELETE FROM conveyor_signal; DELETE FROM conveyor_reactivation")
    return env["res.partner"].browse(ids)


def _rule(env, action):
    model = env["ir.model"]._get_id("res.partner")
    kind = {"activity_type_id": env.ref("mail.mail_activity_data_call").id} if action["state"] == "next_activity" else {}
    return env["base.automation"].create({
        "name": "Bench", "model_id": model, "trigger": "conveyor_rhythm", "conveyor_to_status": "late",
        "action_server_ids": [(0, 0, {"name": "Bench", "model_id": model, "usage": "base_automation", **action, **kind})]})


def _emit(env, partners):
    env["conveyor.signal"]._emit([{
        "kind": "rhythm", "partner_id": partner_id, "company_id": 1, "date": "2026-06-15", "from_status": "steady",
        "to_status": "late", "amount": 100, "key": f"bench-{partner_id}"} for partner_id in partners.ids])


def _answered(load, count, action, look):
    def side():
        with load.ours.environment() as env:
            partners, _automation = _customers(env, count), _rule(env, action)
            _emit(env, partners)
            before = look(env, 0)
            seconds, _none = load.ours.timed(env, lambda: (env["conveyor.signal"]._cron_dispatch(), env.cr.flush()))
            return seconds, look(env, before)
    return side


def _leads(env, before):
    env.cr.execute("SELECT count(*) FROM crm_lead")
    return env.cr.fetchone()[0] - before


def _activities(env, before):
    env.cr.execute("SELECT count(*) FROM mail_activity")
    return env.cr.fetchone()[0] - before


def _bare_leads(load, count):
    """The same leads, in one create, as a good programmer would write them."""
    def side():
        with load.ours.environment() as env:
            partners = _customers(env, count)
            before = _leads(env, 0)
            leads = env["crm.lead"].with_context(tracking_disable=True, mail_create_nosubscribe=True, mail_create_nolog=True)

            def work():
                leads.create([{
                    "name": f"Reactivation: {partner.display_name}", "type": "opportunity", "partner_id": partner.id,
                    "user_id": partner.user_id.id, "company_id": 1, "expected_revenue": 0, "description": ""}
                    for partner in partners.sorted(lambda partner: partner.user_id.id)])
                env.cr.flush()
            seconds, _none = load.ours.timed(env, work)
            return seconds, _leads(env, before)
    return side


def _bare_activities(load, count):
    def side():
        with load.ours.environment() as env:
            partners = _customers(env, count)
            before, model = _activities(env, 0), env["ir.model"]._get_id("res.partner")
            kind = env.ref("mail.mail_activity_data_call").id

            def work():
                env["mail.activity"].with_context(mail_activity_quick_update=True).create([{
                    "res_model_id": model, "res_id": partner.id, "activity_type_id": kind, "user_id": partner.user_id.id,
                    "summary": ACTIVITY["activity_summary"], "automated": True} for partner in partners])
                env.cr.flush()
            seconds, _none = load.ours.timed(env, work)
            return seconds, _activities(env, before)
    return side


def _each(load, count):
    """Seconds for one signal of so many."""
    whole = _answered(load, count, OPPORTUNITY, _leads)

    def side():
        seconds, _answer = whole()
        return seconds / count, count
    return side


def _waiting(load, count):
    """Handing out alone: signals that no rule waits for."""
    with load.ours.environment() as env:
        env["base.automation"].search([("trigger", "=like", "conveyor_%")]).unlink()
        _emit(env, _customers(env, count))
        seconds, _none = load.ours.timed(env, env["conveyor.signal"]._cron_dispatch)
    return Result(f"{count:,} signals that no rule waits for", seconds)
