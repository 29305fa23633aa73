"""What moving cards costs, with and without the module, and with standard work in every section."""

from contextlib import contextmanager
from itertools import cycle

from .bench import compare
from .bench_requests import KANBAN, kanban_requests, list_requests
from .odoo_side import call, common, specification

DRAG_GOAL, WRITE_GOAL, MANY = 1.3, 1.5, 300


def moves(load):
    return [_drag(load), _write(load)]


def moves_with_work(load):
    """The same once more, and the kanban with its counts, while each section has two items of standard work.

    The moves then plan the next activity as well: so they are compared with Odoo's bare move, and with Odoo's move after
    which the salesperson plans that activity.
    """
    with _standard_work(load.ours):
        work = ", with standard work"
        return [_drag(load, work), _drag(load, f"{work}, by Odoo's drag and activity", plan=True),
                _write(load, work), _write(load, f"{work}, by Odoo's write and activities", plan=True),
                *kanban_requests(load, work), *list_requests(load, work)]


def _drag(load, suffix="", plan=False):
    """A salesperson drags one of his cards into the next section."""
    seller, source, target, leads = _hand(load.plain)

    def side(site, plan=False):
        with site.environment(seller) as env:
            spec = specification(env, KANBAN)
        cards = cycle(leads)

        def act(env):
            card = [next(cards)]
            answer = call(env, "crm.lead", "web_save", card, {"stage_id": target}, spec)
            if plan:
                _plan(env, card)
            return answer
        return site.request(seller, act)

    return compare(f"drag of one card{suffix}", side(load.ours), side(load.plain, plan), load.scale.repetitions(25),
                   DRAG_GOAL, _same_card)


def _plan(env, leads):
    call(env, "crm.lead", "activity_schedule", leads, "mail.mail_activity_data_call", summary="Call")


def _same_card(ours, reference):
    """Standard work plans activities, which Odoo alone does not."""
    return common(ours, [{key: value for key, value in card.items() if not key.startswith("activity")}
                         for card in reference])


def _write(load, suffix="", plan=False):
    """A manager moves many leads of one section at once."""
    _seller, source, target, _leads = _hand(load.plain)
    leads = [lead for lead, in load.plain.sql(
        "SELECT id FROM crm_lead WHERE stage_id = %s AND won_status = 'pending' ORDER BY id LIMIT %s", source, MANY)]

    def look(env):
        env.cr.execute(
            "SELECT l.id, l.stage_id, l.won_status, l.probability, l.user_id, l.team_id, count(m.id) FROM crm_lead l "
            "LEFT JOIN mail_message m ON m.model = 'crm.lead' AND m.res_id = l.id WHERE l.id = ANY(%s) GROUP BY l.id",
            (leads,))
        return sorted(env.cr.fetchall())

    def side(site, plan=False):
        def act(env):
            call(env, "crm.lead", "write", leads, {"stage_id": target})
            if plan:
                _plan(env, leads)
        return site.request(load.manager, act, look)

    return compare(f"{MANY} leads in one write{suffix}", side(load.ours), side(load.plain, plan),
                   load.scale.repetitions(9), WRITE_GOAL)


def _hand(site):
    """The salesperson with the most open cards in the second section: id, section, the next one, his cards."""
    (source,), (target,) = site.sql("SELECT id FROM crm_stage ORDER BY sequence, id LIMIT 2 OFFSET 1")
    (seller, leads), = site.sql(
        "SELECT l.user_id, array_agg(l.id ORDER BY l.id) FROM crm_lead l JOIN res_groups_users_rel g ON g.uid = l.user_id "
        "JOIN ir_model_data d ON d.model = 'res.groups' AND d.res_id = g.gid AND d.name = 'group_sale_salesman' "
        "WHERE l.stage_id = %s AND l.won_status = 'pending' AND l.type = 'opportunity' GROUP BY l.user_id "
        "ORDER BY count(*) DESC, l.user_id LIMIT 1", source)
    return seller, source, target, leads


@contextmanager
def _standard_work(site):
    """Two required items in every section but the last: a call that is planned, and a tick."""
    with site.environment(commit=True) as env:
        call_type = env.ref("mail.mail_activity_data_call")
        items = env["conveyor.work.item"].create([
            {"stage_id": stage.id, "name": name, "required": True, "activity_type_id": activity.id, "proof": "done"}
            for stage in env["crm.stage"].search([("is_won", "=", False)])
            for name, activity in (("Call", call_type), ("Note the need", call_type.browse()))]).ids
    try:
        yield
    finally:
        with site.environment(commit=True) as env:
            env["conveyor.work.item"].browse(items).unlink()
