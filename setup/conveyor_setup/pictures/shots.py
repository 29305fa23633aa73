"""What is on the pictures: one function a picture, one line in SHOTS.

They come from the demo company and its pipeline, opened the way a reader would open them.
"""
import re

TEAM = "sales_conveyor.demo_team"
DIALOG = ".modal-dialog:visible"


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
    lens.page.click(".o_notebook a[name=conveyor_factors]")
    lens.shoot("lead")


def gate(lens, _examples):
    """A section that blocks: what is missing, and the ways on."""
    stages = pipeline_sections(lens)
    blocking, following = stages["Needs"], stages["Presentation"]
    lens.call("crm.stage", "write", [[blocking], {"gate_mode": "block"}])
    try:
        open_pipeline(lens)
        card = lens.page.locator(f".o_kanban_group[data-id='{blocking}'] .o_kanban_record").first
        drag(lens.page, card, lens.page.locator(f".o_kanban_group[data-id='{following}'] .o_kanban_header"))
        lens.page.wait_for_selector(".o_conveyor_gate_dialog")
        lens.shoot("gate")
    finally:
        lens.call("crm.stage", "write", [[blocking], {"gate_mode": "inherit"}])


def ready_set(lens, _examples):
    """The preview of a ready set: the pipeline as it would be. Nothing is written."""
    lens.open("action-sales_conveyor.action_conveyor_trade_apply", DIALOG)
    lens.page.locator(DIALOG).get_by_label(re.compile("Furniture|Мебель|Мебели")).check()
    for _step in ("choose", "map"):
        lens.page.click(f"{DIALOG} button[name=action_next]")
        lens.settle()
    lens.shoot("ready_set", f"{DIALOG} .modal-content")


def funnel(lens, _examples):
    lens.open("funnel", ".o_conveyor_tables")
    lens.shoot("funnel")


def section(lens, _examples):
    """The form of a section: phase, standard work with its proofs."""
    lens.open(f"conveyor-sections/{pipeline_sections(lens)['Needs']}", ".o_form_view .o_field_x2many_list")
    lens.shoot("section")


def settings(lens, _examples):
    """The block in CRM's settings."""
    lens.open("settings#crm", "#conveyor_gate")
    lens.page.locator("#conveyor_gate").scroll_into_view_if_needed()
    lens.shoot("settings", "#sales_conveyor, [name=sales_conveyor]")


def import_leads(lens, examples):
    open_import(lens, "crm.crm_lead_action_pipeline", examples / "leads.csv")
    lens.shoot("import_leads")


def import_transitions(lens, examples):
    """The leads are imported first, then the picture is taken of their transitions before they are."""
    open_import(lens, "crm.crm_lead_action_pipeline", examples / "leads.csv")
    run_import(lens)
    open_import(lens, "sales_conveyor.conveyor_transition_action", examples / "transitions.csv")
    lens.shoot("import_transitions")
    run_import(lens)


SHOTS = {function.__name__: function for function in (
    pipeline, lead, gate, ready_set, funnel, section, settings, import_leads, import_transitions)}


# --- ways to the screens ---------------------------------------------------------------------------------------------

def open_pipeline(lens):
    """CRM's pipeline of the demo team; columns of other teams are not in the way."""
    lens.open(f"action-crm.crm_case_form_view_salesteams_opportunity?active_id={lens.record(TEAM)}&view_type=kanban",
              ".o_kanban_record")


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


def open_import(lens, action, file):
    """The import screen with the file read and its columns matched."""
    lens.open(f"action-{action}", ".o_control_panel")
    lens.page.click(".o_cp_action_menus button")
    lens.page.click(".o_import_menu")
    lens.page.wait_for_selector(".o_import_action")
    lens.page.set_input_files(".o_import_action input[type=file]", str(file))
    lens.page.wait_for_selector(".o_import_data_content")
    lens.settle()


def run_import(lens):
    lens.page.get_by_role("button", name="Import", exact=True).click()
    lens.page.wait_for_selector(".o_import_action", state="detached")
