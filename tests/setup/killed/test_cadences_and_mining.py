"""Work while processes are killed, and while two do it on one database: nothing lost, nothing doubled."""
import signal
import time

import pytest
from conveyor_setup.processes import wait_until

CLIENTS = 260  # three batches of a hundred
SEED = f"""
    calendar = env.company.resource_calendar_id
    calendar.tz = "UTC"
    calendar.attendance_ids.unlink()
    env.company.write({{"conveyor_send_from": 0, "conveyor_send_to": 24, "conveyor_tz": "UTC"}})
    template = env["mail.template"].create({{
        "name": "Case", "model_id": env["ir.model"]._get_id("crm.lead"), "subject": "Case", "body_html": "<p>Case</p>",
        "email_to": "{{{{ object.email_from }}}}", "auto_delete": False}})
    cadence = env["conveyor.cadence"].create({{"name": "Two", "reason_policy": "none", "step_ids": [
        (0, 0, {{"name": "Mail", "sequence": 1, "channel": "email", "is_automatic": True, "mail_template_id": template.id}}),
        (0, 0, {{"name": "Call", "sequence": 2, "channel": "call"}})]}})
    leads = env["crm.lead"].create([
        {{"name": f"Lead {{number}}", "type": "opportunity", "user_id": 2, "email_from": f"client{{number}}@example.com"}}
        for number in range({CLIENTS})])
    env["conveyor.enrolment"]._enrol(cadence, leads)
    env["ir.cron"].search([]).active = False
    env.cr.commit()
"""
RUN = """
    from odoo.addons.sales_conveyor.models import conveyor_enrolment_run
    conveyor_enrolment_run.BATCH = 100
    cron = env.ref("sales_conveyor.cron_enrolment_run")
    progress = env["ir.cron.progress"].create({"cron_id": cron.id, "remaining": 0, "done": 0, "timed_out_counter": 0})
    env.cr.commit()
    env["conveyor.enrolment"].with_context(ir_cron_progress_id=progress.id, cron_id=cron.id)._cron_run()
    env.cr.commit()
"""
FIGURES = {
    "mails": "SELECT count(*) FROM mail_mail WHERE conveyor_run_id IS NOT NULL",
    "clients with a mail": "SELECT count(DISTINCT email_to) FROM mail_mail WHERE conveyor_run_id IS NOT NULL",
    "runs": "SELECT count(*) FROM conveyor_step_run",
    "touches": "SELECT count(*) FROM conveyor_touch WHERE event_key LIKE 'run-%'",
    "activities": "SELECT count(*) FROM mail_activity WHERE conveyor_run_id IS NOT NULL AND active",
    "leads with an activity": "SELECT count(DISTINCT res_id) FROM mail_activity WHERE conveyor_run_id IS NOT NULL AND active",
    "runs without their activity or mail": "SELECT count(*) FROM conveyor_step_run r WHERE NOT EXISTS"
        " (SELECT FROM mail_mail m WHERE m.conveyor_run_id = r.id) AND NOT EXISTS"
        " (SELECT FROM mail_activity a WHERE a.id = r.activity_id)",
}
ALL_DONE = dict.fromkeys(FIGURES, CLIENTS) | {"runs": 2 * CLIENTS, "runs without their activity or mail": 0}


MINING_SEED = """
    import datetime
    leads = env["crm.lead"].create([{"name": f"Lead {number}", "type": "opportunity"} for number in range(50)])
    process = env["conveyor.process"].create({"name": "All", "owner_id": 2})
    today = datetime.date.today()
    env["conveyor.process.mining"]._ask(process.with_user(2), "document", today - datetime.timedelta(days=30), today)
    env["ir.cron"].search([]).active = False
    env.cr.commit()
"""
MINING_RUN = """
    import time
    from odoo.addons.sales_conveyor.models.conveyor_process_mining import ConveyorProcessMining
    tell = ConveyorProcessMining._tell
    def slowly(self, share):
        tell(self, share)
        time.sleep({pause})
    ConveyorProcessMining._tell = slowly
    cron = env.ref("sales_conveyor.cron_process_mining")
    progress = env["ir.cron.progress"].create({{"cron_id": cron.id, "remaining": 0, "done": 0, "timed_out_counter": 0}})
    env.cr.commit()
    env["conveyor.process.mining"].with_context(ir_cron_progress_id=progress.id, cron_id=cron.id)._cron_mine()
    env.cr.commit()
"""
PRESS = """
    import time
    from odoo.addons.sales_conveyor.models.conveyor_process_miner import ConveyorProcessMiner
    from odoo.service.model import retrying
    mine = ConveyorProcessMiner._mine
    def slowly(self, *arguments):
        found = mine(self, *arguments)
        time.sleep(6)
        return found
    ConveyorProcessMiner._mine = slowly
    retrying(lambda: env["conveyor.process"].search([]).with_user(2).action_document_as_is(), env)  # as a request does it
"""
MINING = "SELECT count(*) FROM conveyor_process_mining WHERE state = '{state}' AND COALESCE(progress, 0) >= {progress}"


@pytest.fixture
def clients(copy, figure, tmp_path):
    """Clients whose first step is due."""
    name = copy(SEED)
    assert figure(name, "SELECT count(*) FROM conveyor_enrolment WHERE state = 'running'") == CLIENTS, \
        (tmp_path / "seed.log").read_text()[-3000:]
    return name


@pytest.fixture
def figures(figure, clients):
    return lambda: {name: figure(clients, sql) for name, sql in FIGURES.items()}


def test_killed_in_the_middle_of_it(shell, clients, figure, figures, tmp_path):
    """kill -9 after the first batch, and again somewhere in a later one; the next run goes on where it stopped."""
    behind = 0
    for number, pause in enumerate((0, 0.2)):
        process = shell(clients, RUN, tmp_path / f"killed{number}.log")
        wait_until(lambda: process.poll() is not None or figure(clients, FIGURES["runs"]) > behind, 120)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        behind = figure(clients, FIGURES["runs"])
        assert 0 < behind < 2 * CLIENTS, f"killed too early or too late: {behind}"
        now = figures()
        assert now["runs without their activity or mail"] == 0
        assert now["mails"] == now["touches"] == now["clients with a mail"]
    process = shell(clients, RUN, tmp_path / "last.log")
    process.wait(300)
    assert figures() == ALL_DONE, (tmp_path / "last.log").read_text()[-3000:]


def test_two_processes_on_one_database(shell, clients, figures, tmp_path):
    workers = [shell(clients, RUN, tmp_path / f"worker{number}.log") for number in range(2)]
    for worker in workers:
        worker.wait(300)
    shell(clients, RUN, tmp_path / "rest.log").wait(300)
    assert figures() == ALL_DONE, (tmp_path / "worker0.log").read_text()[-3000:]
    assert "Traceback" not in (tmp_path / "worker0.log").read_text() + (tmp_path / "worker1.log").read_text()


def test_a_killed_reading_begins_anew_and_makes_one_version(shell, copy, figure, tmp_path):
    database = copy(MINING_SEED)
    assert figure(database, MINING.format(state="waiting", progress=0)) == 1, (tmp_path / "seed.log").read_text()[-3000:]
    first = shell(database, MINING_RUN.format(pause=5), tmp_path / "first.log")
    assert wait_until(lambda: figure(database, MINING.format(state="running", progress=0.2)), 120)
    first.send_signal(signal.SIGKILL)
    first.wait(60)
    assert figure(database, "SELECT count(*) FROM conveyor_process_version") == 0
    two = [shell(database, MINING_RUN.format(pause=0.2), tmp_path / f"again{number}.log") for number in range(2)]
    for process in two:
        process.wait(300)
    assert figure(database, MINING.format(state="done", progress=1)) == 1, (tmp_path / "again0.log").read_text()[-3000:]
    assert figure(database, "SELECT count(*) FROM conveyor_process_version") == 1
    assert figure(database, "SELECT leads_in FROM conveyor_process_version") == 50


def test_two_who_press_at_once_make_a_version_each(shell, copy, figure, tmp_path):
    database = copy(MINING_SEED)
    for process in [shell(database, PRESS, tmp_path / f"press{number}.log") for number in range(2)]:
        process.wait(300)
    said = "".join((tmp_path / f"press{number}.log").read_text() for number in range(2))
    assert "Traceback" not in said, said[-3000:]
    assert figure(database, "SELECT sum(number) FROM conveyor_process_version WHERE leads_in = 50 AND number IN (1, 2)") == 3
    assert figure(database, "SELECT last_number FROM conveyor_process") == 2
