"""What is on the pictures: one function a picture, one line in SHOTS.

They come from the demo company and its pipeline, opened the way a reader would open them.
"""
import re

TEAM = "sales_conveyor.demo_team"
DIALOG = ".modal-dialog"
SALES_TEAM = re.compile("Sales Team|Команда продаж|Търговски отдел")
FURNITURE = re.compile("Furniture|Мебель|Мебели")
NEEDS = 2  # place of the column in the demo company's pipeline


def pipeline(lens, _examples):
    """The team's pipeline with phases over the columns and the progress of the standard work on the cards."""
    open_pipeline(lens)
    lens.shoot("pipeline")


def lead(lens, _examples):
    """A lead in the middle of its way: checklist of its section, what it owes, problem, time and money."""
    found = lens.call("crm.lead", "search_read", [[
        ["team_id", "=", lens.record(TEAM)], ["work_debt_count", ">", 0], ["problem_state", "=", "yes"],
        ["won_status", "=", "pending"]], ["id"]], order="expected_revenue desc", limit=1)
    lens.open(f"crm/{found[0]['id']}", ".o_conveyor_panel")
    with lens.taller():
        lens.page.click(".o_notebook a[name=conveyor_factors]")
        lens.shoot("lead")


def factors(lens, _examples):
    """Problem, time and money of a lead that said No to one of them."""
    found = lens.call("crm.lead", "search_read", [[
        ["team_id", "=", lens.record(TEAM)], ["money_state", "=", "no"], ["active", "in", [True, False]]], ["id"]],
        order="expected_revenue desc", limit=1)
    lens.open(f"crm/{found[0]['id']}", ".o_conveyor_panel")
    lens.page.click(".o_notebook a[name=conveyor_factors]")
    lens.shoot("factors", ".o_notebook")


def gate(lens, _examples):
    """A section that blocks: what is missing, and the ways on."""
    stages = pipeline_sections(lens)
    blocking = stages["Needs"]
    lens.call("crm.stage", "write", [[blocking], {"gate_mode": "block"}])
    try:
        open_pipeline(lens)
        columns = lens.page.locator(".o_kanban_group")
        card = columns.nth(NEEDS).locator(".o_kanban_record", has=lens.page.locator(".text-muted.o_conveyor_progress"))
        drag(lens.page, card.first, columns.nth(NEEDS + 1))
        lens.page.wait_for_selector(".o_conveyor_gate_dialog")
        lens.shoot("gate")
    finally:
        lens.call("crm.stage", "write", [[blocking], {"gate_mode": "inherit"}])


def ready_set(lens, _examples):
    """The preview of a ready set: the pipeline as it would be. Nothing is written."""
    lens.open("action-sales_conveyor.action_conveyor_trade_apply", DIALOG)
    lens.page.locator(DIALOG).get_by_label(FURNITURE).check()
    lens.page.locator(f"{DIALOG} [name=team_ids] input").fill("Oak")
    lens.page.locator(".o-autocomplete--dropdown-item", has_text="Oak & Linen").click()
    for _step in ("choose", "map"):
        lens.page.click(f"{DIALOG} button[name=action_next]")
        lens.settle()
    lens.shoot("ready_set", f"{DIALOG} .modal-content")


def funnel(lens, _examples):
    """The funnel of the demo team."""
    lens.open(f"funnel?team_ids={lens.record(TEAM)}", ".o_conveyor_tables")
    lens.shoot("funnel")


def dashboard(lens, _examples):
    """Where the money leaks: the belt with the section that costs most, and names to assign."""
    lens.open(f"conveyor?period=this_quarter&team_ids={lens.record(TEAM)}", ".o_conveyor_belt svg")
    lens.page.wait_for_selector(".o_conveyor_lists")
    with lens.taller():
        lens.shoot("dashboard")


def money(lens, _examples):
    """Money by source: what goes down the drain, and what a first sale costs from each source."""
    lens.open("money-by-source", ".o_conveyor_tables")
    lens.shoot("money")


def visitors(lens, _examples):
    """Visitors by the hour, as a heat map."""
    lens.open("visitors-by-hour", ".o_conveyor_tables")
    lens.shoot("visitors")


def report_set(lens, _examples):
    """A saved workbook that comes by mail every Monday."""
    lens.open(f"report-sets/{lens.record('sales_conveyor.demo_report_set')}", ".o_form_view")
    with lens.taller():
        lens.shoot("report_set")


def section(lens, _examples):
    """The form of a section: phase, standard work with its proofs."""
    lens.open(f"conveyor-sections/{pipeline_sections(lens)['Needs']}", ".o_form_view .o_field_x2many_list")
    lens.shoot("section")


def settings(lens, _examples):
    """The block in CRM's settings."""
    lens.open("settings", ".settings_tab")
    lens.page.click(".settings_tab [data-key=crm]")
    lens.page.locator("h2:has(+ .o_settings_container #conveyor_gate)").evaluate("title => title.scrollIntoView()")
    lens.shoot("settings")


def import_leads(lens, examples):
    open_import(lens, "crm", examples / "leads.csv")
    lens.shoot("import_leads")


def import_transitions(lens, examples):
    """The leads are imported first, then the picture is taken of their transitions before they are."""
    open_import(lens, "crm", examples / "leads.csv")
    run_import(lens)
    open_import(lens, "conveyor-transitions", examples / "transitions.csv")
    lens.shoot("import_transitions")
    run_import(lens)


def my_day(lens, _examples):
    """The day of a salesperson: the queue, and the card of who has just written."""
    with lens.person("olga") as olga:
        olga.open("my-day", ".o_conveyor_day_card [data-result]")
        olga.shoot("my_day")


def my_day_phone(lens, _examples):
    """The same on a phone: one client at a time."""
    with lens.person("olga", phone=True) as olga:
        olga.open("my-day", ".o_conveyor_day_card [data-result]")
        olga.shoot("my_day_phone")


def touches(lens, _examples):
    """What was said to a client and by him, on the lead."""
    found = lens.call("conveyor.enrolment", "search_read", [[
        ["stop_reason", "=", "replied"], ["lead_id.team_id", "=", lens.record(TEAM)]], ["lead_id"]],
        order="id", limit=1)
    lens.open(f"crm/{found[0]['lead_id'][0]}", ".o_conveyor_touch_panel, .o_conveyor_touches")
    lens.shoot("touches")


def lost(lens, _examples):
    """Giving up a lead after two touches."""
    found = lens.call("crm.lead", "search_read", [[
        ["team_id", "=", lens.record(TEAM)], ["user_id.login", "=", "ivan"], ["won_status", "=", "pending"],
        ["touch_count", "in", [2, 3]]], ["id"]], order="expected_revenue desc", limit=1)
    lens.open(f"crm/{found[0]['id']}", ".o_conveyor_panel")
    lens.page.click("button[name='%s']" % lens.call("ir.model.data", "check_object_reference", ["crm", "crm_lead_lost_action"])[1])
    lens.page.wait_for_selector(DIALOG)
    lens.page.evaluate("document.activeElement.blur()")
    lens.shoot("lost", f"{DIALOG} .modal-content")


def cadence(lens, _examples):
    """The decision window as a time line, with the clients at each step."""
    lens.open(f"cadences/{lens.record('sales_conveyor.cadence_common_decision')}", ".o_conveyor_timeline")
    lens.shoot("cadence")


def discipline(lens, _examples):
    """After how many touches leads are dropped, and by whom."""
    with lens.person("ivan") as ivan:
        ivan.open("where-touches-stop", ".o_conveyor_tables")
        ivan.page.click("[data-filter=team_ids]")
        ivan.page.locator(".o_conveyor_filter_menu .o-dropdown-item", has_text="Oak & Linen").click()
        ivan.page.keyboard.press("Escape")
        ivan.shoot("discipline")


def practices(lens, _examples):
    """All that was ever done with clients, and what has stopped."""
    lens.open("practices", ".o_group_header")
    lens.page.click(".o_searchview .o_facet_remove")
    lens.page.wait_for_selector(".o_data_row")
    lens.shoot("practices")


def customer(lens, _examples):
    """A customer who buys often and is late now: his rhythm, what to say, his purchases."""
    found = lens.call("conveyor.rhythm", "search_read", [[["partner_id.name", "=", "Green Fork Café"]], ["partner_id"]])
    lens.open(f"res.partner/{found[0]['partner_id'][0]}", ".o_conveyor_purchases canvas")
    with lens.taller():
        lens.shoot("customer")


def rhythm(lens, _examples):
    """Customers ranked by money at risk."""
    lens.open("customers-by-rhythm", ".o_conveyor_rhythms .o_data_row")
    lens.shoot("rhythm")


def backtest(lens, _examples):
    """Alarms of the past, right and false ones, beside fixed numbers of days."""
    lens.open("conveyor-backtest", ".o_form_view button[name=action_run]")
    lens.page.click("button[name=action_run]")
    lens.page.wait_for_selector("[name=way_ids] .o_data_row")
    with lens.taller():
        lens.shoot("backtest")


def reactivation(lens, _examples):
    """A rule that asks late customers how they are, and what came of it."""
    lens.open(f"reactivation-rules/{lens.record('sales_conveyor.reactivation_rule_late')}", ".o_form_view [name=action_open_done]")
    lens.shoot("reactivation")


def followups(lens, _examples):
    """What follows the purchases of these weeks: planned, made, or dropped with the reason."""
    lens.open("followups", ".o_list_view")
    lens.page.click(".o_searchview .o_facet_remove")
    lens.page.wait_for_selector(".o_data_row")
    lens.shoot("followups")


def visits(lens, _examples):
    """Planned and booked visits of a month."""
    lens.open("conveyor-visits", ".o_calendar_view .fc-event")
    lens.shoot("visits")


def process(lens, _examples):
    """The process of the site's leads: figures of its current version, the belt, the tabs."""
    lens.open(f"first-sale-processes/{lens.record('sales_conveyor.demo_process_1')}", ".o_conveyor_process_figures .o_conveyor_tile")
    with lens.taller():
        lens.shoot("process")


def process_version(lens, _examples):
    """The ways of the leads in the newer draft."""
    open_version(lens, "draft")
    lens.page.click(".o_notebook a[name=ways]")
    lens.page.wait_for_selector("[data-table=variants]")
    with lens.taller():
        lens.shoot("process_version")


def process_belt(lens, _examples):
    """The belt of the current version alone."""
    open_version(lens, "current")
    lens.page.wait_for_selector(".o_notebook svg")
    lens.shoot("process_belt", ".o_notebook .tab-pane.active")


def process_standard(lens, _examples):
    """What the current version proposes as standard work. Nothing is made."""
    open_version(lens, "current")
    lens.page.click("button[name=action_make_standard]")
    lens.page.wait_for_selector(f"{DIALOG} [name=line_ids]")
    lens.shoot("process_standard", f"{DIALOG} .modal-content")


SHOTS = {function.__name__: function for function in (
    pipeline, lead, factors, gate, ready_set, dashboard, funnel, money, visitors, report_set, section, settings, my_day, my_day_phone, touches,
    lost, cadence, discipline, practices, customer, rhythm, backtest, reactivation, followups, visits, process, process_version, process_belt,
    process_standard, import_leads, import_transitions)}


# --- ways to the screens ---------------------------------------------------------------------------------------------

def open_pipeline(lens):
    """CRM's pipeline, narrowed to the demo team."""
    lens.open("crm", ".o_kanban_record")
    lens.page.click(".o_searchview .o_facet_remove")
    lens.page.fill(".o_searchview_input", "Oak & Linen")
    lens.page.locator(".o_searchview_autocomplete [role=menuitem]", has_text=SALES_TEAM).click()
    lens.page.wait_for_selector(".o_conveyor_progress")
    lens.settle()


def open_version(lens, state):
    """The version of the site's process that is in this state."""
    found = lens.call("conveyor.process.version", "search_read", [[
        ["process_id", "=", lens.record("sales_conveyor.demo_process_1")], ["state", "=", state]], ["id"]], limit=1)
    lens.open(f"process-versions/{found[0]['id']}", ".o_conveyor_process_figures .o_conveyor_tile")


def pipeline_sections(lens):
    """Id of each section of the demo company, by its English name."""
    stages = lens.call("crm.stage", "search_read", [[["trade_section_id", "!=", False]], ["name"]],
                       context={"lang": "en_US"})
    return {stage["name"]: stage["id"] for stage in stages}


def drag(page, card, target):
    """Slowly enough for the kanban to notice."""
    begin, end = card.bounding_box(), target.bounding_box()
    page.mouse.move(begin["x"] + 40, begin["y"] + 20)
    page.mouse.down()
    page.mouse.move(begin["x"] + 70, begin["y"] + 30, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 80, steps=12)
    page.wait_for_timeout(200)
    page.mouse.up()


def open_import(lens, path, file):
    """The import screen with the file read and its columns matched."""
    lens.open(path, ".o_cp_action_menus")
    lens.page.click(".o_cp_action_menus button")
    lens.page.click(".o_import_menu")
    lens.page.wait_for_selector(".o_import_action")
    lens.page.set_input_files("input.o_input_file", str(file))
    lens.page.wait_for_selector(".o_import_data_content")
    lens.settle()


def run_import(lens):
    lens.page.get_by_role("button", name="Import", exact=True).click()
    lens.page.wait_for_selector(".o_import_action", state="detached")
