"""The workbook in the browser: sheets chosen in a dialog, a report set of a screen's filters with a delivery, its log."""

import openpyxl
from playwright.sync_api import expect

from .pages.reports import Reports


def test_a_person_chooses_the_sheets(enter, tmp_path):
    reports = Reports(enter("manager").page).open(period="this_month")
    reports.more("choose")
    reports.only("dashboard")
    name = reports.download_chosen(tmp_path / "chosen.xlsx")
    assert name.endswith(".xlsx")
    sheets = openpyxl.load_workbook(tmp_path / "chosen.xlsx").sheetnames
    assert sheets[0] == "Main Figures" and sheets[-1] == "Definitions" and "Summary" not in sheets
    first = reports.tile("first").get_attribute("data-value")
    rows = dict(openpyxl.load_workbook(tmp_path / "chosen.xlsx")["Main Figures"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert str(rows["First sales"]) == first


def test_no_sheets_are_told(enter):
    reports = Reports(enter("manager").page).open()
    reports.more("choose")
    reports.only()
    reports.dialog.locator("button[name=action_download]").click()
    expect(reports.page.locator(".o_error_dialog, .o_dialog .modal-content").last).to_contain_text("at least one group")


def test_a_report_set_of_the_screen_s_filters_comes_every_month(enter, admin):
    reports = Reports(enter("manager").page).open(period="this_quarter", sale_kind="first")
    reports.more("mail")
    reports.name("Quarter, first sales")
    reports.add_delivery("Every month")
    reports.save()
    expect(reports.deliveries).to_contain_text("day 1 of the month, 08:00")
    [made] = admin.search_read("conveyor.report.set", [["name", "=", "Quarter, first sales"]], ["period", "sale_kind", "next_date", "delivery_ids"])
    assert (made["period"], made["sale_kind"], len(made["delivery_ids"])) == ("this_quarter", "first", 1) and made["next_date"]
    reports.deliveries.locator("[name=is_paused] input").click()
    reports.save()
    assert not admin.search_read("conveyor.report.set", [["id", "=", made["id"]]], ["next_date"])[0]["next_date"]
    reports.page.locator("button[name=action_open_log]").click()
    expect(reports.page.locator(".o_view_nocontent")).to_contain_text("No report was sent yet")
    admin.call("conveyor.report.set", "unlink", [made["id"]])


def test_the_link_of_a_mail_opens_the_dashboard_with_its_filters(enter, admin):
    team = admin.search("crm.team", [], limit=1)[0]
    reports = Reports(enter("manager").page).open(period="custom", date_from="2026-01-01", date_to="2026-01-31", team_ids=team, sale_kind="first")
    expect(reports.page.locator(".o_conveyor_sentence")).to_contain_text("Jan 1")
    expect(reports.page.locator("[data-filter=sale_kind]")).to_contain_text("First sales")
    expect(reports.page.locator(".o_conveyor_clear")).to_be_visible()
