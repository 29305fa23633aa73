"""What opening the pipeline costs: the requests of Odoo's own kanban and list, with and without the module."""

from .bench import compare
from .odoo_side import call, common, specification

KANBAN, LIST = "crm.crm_case_kanban_view_leads", "crm.crm_case_tree_view_oppor"
DOMAIN = [["type", "=", "opportunity"]]
BAR = {"field": "activity_state", "colors": {"planned": "success", "today": "warning", "overdue": "danger"}}
SUMS = ["expected_revenue:sum", "company_currency:array_agg_distinct", "expected_revenue:sum_currency"]
GOAL = 1.05


def kanban_requests(load, suffix=""):
    """The columns' progress bars; the columns with sums and their cards."""
    results = []
    for name, act in (("kanban: progress bars", _progress_bar), ("kanban: columns and cards", _columns)):
        results.append(_compare(load, f"{name}{suffix}", act, KANBAN, 9))
    return results


def list_requests(load, suffix=""):
    """The first page of the list, and its count."""
    return [_compare(load, f"list: first page{suffix}", _page, LIST, 15)]


def _compare(load, name, act, view, repetitions):
    def side(site):
        with site.environment(load.manager) as env:
            spec = specification(env, view)
        return site.request(load.manager, lambda env: act(env, spec))

    return compare(name, side(load.ours), side(load.plain), load.scale.repetitions(repetitions), GOAL, common)


def _progress_bar(env, _spec):
    return call(env, "crm.lead", "read_progress_bar", domain=DOMAIN, group_by="stage_id", progress_bar=BAR)


def _columns(env, spec):
    return call(env(context={**env.context, "read_group_expand": True}), "crm.lead", "web_read_group", DOMAIN, ["stage_id"],
                SUMS, auto_unfold=True, opening_info=None, unfold_read_specification=spec, unfold_read_default_limit=40,
                groupby_read_specification={"stage_id": {"requirements": {}}})


def _page(env, spec):
    return call(env, "crm.lead", "web_search_read", domain=DOMAIN, specification=spec, offset=0, limit=80, count_limit=10001)
