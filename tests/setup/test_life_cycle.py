"""The module comes and goes on a database with CRM's demo data, and leaves Odoo as it was."""
import pytest
from conveyor_setup.console import Console
from conveyor_setup.workplace import prepared

MODULE = "sales_conveyor"
# what of a database must be the same after the module as before it, as one text each
TRACES = {
    "tables": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'",
    "indexes": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model || '.' || name FROM ir_model_fields",
    "views": "SELECT id::text FROM ir_ui_view",
    "menus": "SELECT id::text FROM ir_ui_menu",
    "jobs": "SELECT cron_name FROM ir_cron",
    "actions": "SELECT id::text FROM ir_actions",
    "rules": "SELECT id::text FROM ir_rule",
    "names": "SELECT module || '.' || name FROM ir_model_data WHERE module <> '__export__'"
             " AND (module, model) <> ('base', 'ir.module.module')",  # the list of apps grows with the folder
    "sections": "SELECT id || ' ' || sequence || ' ' || name::text FROM crm_stage",
    "leads": "SELECT concat_ws(' ', id, stage_id, user_id, team_id, active, probability, expected_revenue, won_status,"
             " date_closed, write_date) FROM crm_lead",
    "activities": "SELECT concat_ws(' ', id, res_model, res_id, user_id, active) FROM mail_activity",
    "messages": "SELECT id::text FROM mail_message WHERE model = 'crm.lead'",
}


@pytest.fixture
def place(real_settings):
    with prepared(real_settings, Console(quiet=True), templates=(True,)) as place:
        yield place


def traces(place, database):
    return {name: sorted(row[0] for row in place.databases.query(sql, database)) for name, sql in TRACES.items()}


def test_install_update_uninstall(place, tmp_path):
    log = tmp_path / "odoo.log"
    with place.odoo.temporary(place.templates[True], "cycle") as database:
        place.databases.query("UPDATE ir_module_module SET demo = FALSE", database)  # ours would join CRM's demo data
        before = traces(place, database)
        place.odoo.install(database, log, False)
        history, = place.databases.query(
            "SELECT count(*) FROM crm_lead l WHERE NOT EXISTS"
            " (SELECT FROM conveyor_transition t WHERE t.lead_id = l.id AND t.kind = 'enter')", database)
        assert history == ["0"], "a lead without its history"
        leads = traces(place, database)["leads"]
        assert leads == before["leads"], "installing changed leads"
        place.odoo.update(database, log, False)
        assert traces(place, database)["leads"] == leads, "updating changed leads"
        place.odoo.run("uninstalling", log, "module", "uninstall", "-d", database, MODULE)
        after = traces(place, database)
    assert "Traceback" not in log.read_text(), log.read_text()[-3000:]
    for name in TRACES:
        assert after[name] == before[name], f"{name} differ: {sorted(set(after[name]) ^ set(before[name]))[:10]}"


@pytest.mark.parametrize("before, after", [
    ("http://localhost:8069", "http://127.0.0.1:8477"), ("http://127.0.0.1:8070", "http://127.0.0.1:8477"),
    ("https://crm.example.com", "https://crm.example.com")])
def test_links_lead_to_the_port_that_was_chosen(place, before, after):
    with place.odoo.temporary(place.templates[True], "address") as database:
        place.databases.query(f"UPDATE ir_config_parameter SET value = '{before}' WHERE key = 'web.base.url'", database)
        place.databases.set_address(database, "http://127.0.0.1:8477")
        assert place.databases.query("SELECT value FROM ir_config_parameter WHERE key = 'web.base.url'", database) == [[after]]
