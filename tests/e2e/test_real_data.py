"""From the file dialog to the downloaded workbook, on a company's real past."""

import re
from datetime import date

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from .past import DATA, Past
from .pages.dashboard import Dashboard
from .pages.funnel import Funnel
from .pages.import_screen import ImportScreen

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the shared data is not there: {DATA}")
STEP = 9  # every ninth opportunity, 978 of 8,800: all of them are imported by a test of the module
EXACT_MEDIANS = 0.05  # relative; medians may be read off groups that are 4.4 % wide


class Imported:
    """The past, the team that it was imported for, and its sections."""

    def __init__(self, admin, past):
        self.past = past
        self.team = admin.create("crm.team", {"name": past.named("Shop"), "company_id": False})
        [first] = admin.search_read("crm.stage", [], ["sequence"], limit=1, order="sequence, id")
        sections = (("Prospecting", {"conveyor_phase": "lead_generation"}), ("Engaging", {}), ("Closed Won", {"is_won": True}))
        ids = admin.create("crm.stage", [
            {"name": past.named(name), "sequence": first["sequence"] - 3 + place, "team_ids": [[6, 0, [self.team]]],
             **values} for place, (name, values) in enumerate(sections)])
        self.prospecting, self.engaging, self.won = ids
        admin.create("res.users", [
            {"name": past.named(agent), "login": past.named(agent), "lang": "en_US"} for agent in past.agents],
            no_reset_password=True)

    def upload(self, client, folder):
        """Three files: customers, leads, and what happened to them."""
        screen = ImportScreen(client.page)
        for action, write in (("base.action_partner_form", self.past.write_customers),
                              ("crm.crm_lead_opportunities", self.past.write_leads),
                              ("sales_conveyor.conveyor_transition_action", self.past.write_transitions)):
            path, rows = write(folder / f"{write.__name__}.csv")
            screen.open_for(action).import_file(path, rows)
            screen.page.goto("/odoo/funnel")


@pytest.fixture(scope="module")
def imported(admin, people, keys, tmp_path_factory):
    """Imported once in the browser by the manager."""
    imported = Imported(admin, Past.every(STEP, next(keys)))
    imported.upload(people.enter("manager"), tmp_path_factory.mktemp("past"))
    people.leave_and_check()
    return imported


@pytest.fixture
def funnel(imported, enter):
    return Funnel(enter("manager").page).open(team_ids=imported.team, period="all_time")


def test_the_funnel_shows_the_figures_of_the_file(imported, funnel):
    past, figures = imported.past, imported.past.figures()
    funnel.expect_tiles(**{key: figures[key] for key in ("leads", "won", "lost", "open", "won_first", "won_repeat")})
    assert funnel.number("value_won") == figures["value_won"]
    for status, end in (("Won", "won"), ("Lost", "lost")):
        mean, middle = past.days(status)
        assert funnel.number(f"mean_days_{end}") == pytest.approx(mean)
        assert funnel.number(f"median_days_{end}") == pytest.approx(middle, rel=EXACT_MEDIANS)
    engaged = len(past.rows) - len(past.of("Prospecting"))
    funnel.expect_cells(imported.prospecting, reached=len(past.of("Prospecting")), in_now=len(past.of("Prospecting")))
    funnel.expect_cells(imported.engaging, reached=engaged, passed=figures["won"], lost=figures["lost"],
                        in_now=len(past.of("Engaging")))
    funnel.expect_cells(imported.won, reached=figures["won"], passed=figures["won"])


def test_the_owners_page_shows_the_figures_of_the_file(imported, enter):
    past, figures = imported.past, imported.past.figures()
    board = Dashboard(enter("manager").page).open(team_ids=imported.team, period="all_time")
    number = lambda key: float(board.tile(key).get_attribute("data-value"))  # noqa: E731
    assert (number("first"), number("repeat")) == (figures["won_first"], figures["won_repeat"])
    assert number("first_money") + number("repeat_money") == figures["value_won"]
    expect(board.belt).to_have_attribute("role", "img")
    chart = board.page.locator(".o_conveyor_sales_chart")
    expect(chart).to_have_attribute("data-months", re.compile(r"^\d+$"))
    board.choose("sections")
    engaging = board.table("belt").locator("tr", has_text=past.named("Engaging"))
    for column, value in {"passed": figures["won"], "lost": figures["lost"], "in_now": len(past.of("Engaging"))}.items():
        expect(engaging.locator(f"[data-key={column}]")).to_have_attribute("data-value", str(value))


def test_the_tables_show_every_salesperson_and_month_of_the_file(imported, funnel):
    people = {row["Salesperson"]: (row["Leads"], row["Won"], row["Lost"], row["Value won"])
              for row in funnel.table("by_salesperson") if row["Salesperson"] != "Total"}
    assert {name: tuple(map(float, figures)) for name, figures in people.items()} == {
        name: tuple(map(float, figures)) for name, figures in imported.past.by_agent().items()}
    months = {row["Month"]: int(row["Leads"]) for row in funnel.table("by_month")}
    for month, leads in imported.past.by_month().items():
        assert months[month.strftime("%b %Y")] == leads, month


def test_every_number_opens_its_leads(imported, funnel):
    figures = imported.past.figures()
    for figure, expected in (
        (funnel.tile("won"), figures["won"]),
        (funnel.tile("won_first"), figures["won_first"]),
        (funnel.cell(imported.engaging, "lost"), figures["lost"]),
        (funnel.cell(imported.engaging, "in_now"), len(imported.past.of("Engaging"))),
        (funnel.cell(imported.won, "reached"), figures["won"]),
    ):
        assert funnel.leads_behind(figure) == expected


def test_filters_and_the_other_way_of_counting(imported, funnel):
    past = imported.past
    quarter = past.between(date(2017, 4, 1), date(2017, 6, 30))
    funnel.count_by("period").choose_dates("04/01/2017", "06/30/2017")
    funnel.expect_tiles(won=quarter["won"], lost=quarter["lost"])
    funnel.expect_cells(imported.engaging, reached=quarter["reached"], passed=quarter["won"], lost=quarter["lost"])
    agent = past.agents[0]
    leads, won, lost, _value = past.by_agent()[past.named(agent)]
    funnel.choose_period("all_time").count_by("cohort").choose_record("user_ids", past.named(agent))
    funnel.expect_tiles(leads=leads, won=won, lost=lost)
    funnel.choose_sale_kind("repeat").expect_tiles(won_first=0)
    funnel.page.locator(".o_conveyor_clear").click()
    expect(funnel.filter("team_ids")).not_to_contain_text(past.key)
    assert funnel.ready().number("leads") > past.figures()["leads"], "the demo company's leads count again"


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")  # of extensions that it does not read
def test_the_workbook_is_the_screen(imported, funnel, tmp_path):
    path = tmp_path / "funnel.xlsx"
    assert funnel.download(path).endswith(".xlsx")
    sheets = read(path)
    figures = imported.past.figures()
    assert set(sheets) >= {"Summary", "Funnel", "By Source", "By Salesperson", "By Month", "Leads", "Definitions"}
    summary = {row["Figure"]: row["Value"] for row in sheets["Summary"] if row["Value"] is not None}
    assert (summary["Leads"], summary["Won"], summary["Lost"], summary["Value won"]) == (
        figures["leads"], figures["won"], figures["lost"], figures["value_won"])
    assert_same(funnel.sections(), sheets["Funnel"], "Section")
    assert_same(funnel.table("by_salesperson"), sheets["By Salesperson"], "Salesperson")
    assert len(sheets["Leads"]) == figures["leads"]
    assert sum(row["Expected revenue"] for row in sheets["Leads"] if row["Won on"]) == figures["value_won"]


def read(path):
    """``{sheet: [{header: value}]}``, rows until the first empty one."""
    book = load_workbook(path)
    return {sheet.title: list(rows_of(sheet.iter_rows(values_only=True))) for sheet in book.worksheets}


def rows_of(rows):
    header = next(rows)
    for row in rows:
        if not any(value is not None for value in row):
            return
        yield dict(zip(header, row))


def assert_same(screen, sheet, name):
    """Each figure of the screen stands in the workbook's row of that name."""
    by_name = {row[name]: row for row in sheet}
    assert screen and {row[name] for row in screen} == set(by_name)
    for row in screen:
        for label, text in row.items():
            value = by_name[row[name]][label]
            if isinstance(value, (int, float)):
                assert float(text) == pytest.approx(value), (row[name], label)
            else:
                assert (text or "") == (value or ""), (row[name], label)
