"""Reports by mail while processes are killed, and while two work on one database: nobody gets one twice, nobody is forgotten."""
import collections
import importlib.util
import signal
import time
from pathlib import Path

import pytest
from conveyor_setup.processes import wait_until

RECIPIENTS = 14
SEED = f"""
    groups = env.ref("sales_team.group_sale_manager") + env.ref("base.group_allow_export") + env.ref("base.group_user")
    users = env["res.users"].with_context(no_reset_password=True).create([
        {{"name": f"Reader {{number}}", "login": f"reader{{number}}", "email": f"reader{{number}}@example.com", "group_ids": [(6, 0, groups.ids)]}}
        for number in range({RECIPIENTS})])
    env["crm.lead"].create([{{"name": f"Lead {{number}}", "type": "opportunity", "user_id": users[0].id}} for number in range(20)])
    report = env["conveyor.report.set"].create({{"name": "Figures", "user_id": users[0].id, "period": "this_month"}})
    env["conveyor.report.delivery"].create({{"set_id": report.id, "user_ids": [(6, 0, users.ids)], "tz": "UTC"}})
    env.company.partner_id.email = "office@example.com"
    env["ir.mail_server"].create({{"name": "Local", "smtp_host": "127.0.0.1", "smtp_port": PORT, "smtp_encryption": "none",
                                  "smtp_authentication": "login"}})
    env["ir.cron"].search([]).active = False
    env.flush_all()
    env.cr.execute("UPDATE conveyor_report_delivery SET next_date = (now() AT TIME ZONE 'UTC') - interval '1 minute'")
    env.cr.commit()
"""
RUN = """
    cron = env.ref("sales_conveyor.cron_report_deliver")
    progress = env["ir.cron.progress"].create({"cron_id": cron.id, "remaining": 0, "done": 0, "timed_out_counter": 0})
    env.cr.commit()
    env["conveyor.report.log"].with_context(ir_cron_progress_id=progress.id, cron_id=cron.id)._cron_deliver()
    env.cr.commit()
"""
LATER = "UPDATE conveyor_report_log SET write_date = write_date - interval '1 hour' WHERE state = 'sending' RETURNING 1"


def mail_server_class():
    """The tests' SMTP server, which needs no Odoo."""
    path = Path(__file__).resolve().parents[3] / "sales_conveyor" / "tests" / "mail_server.py"
    spec = importlib.util.spec_from_file_location("mail_server", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.MailServer


@pytest.fixture
def server():
    with mail_server_class()() as server:
        yield server


@pytest.fixture
def database(copy, figure, server, tmp_path):
    """A report is due."""
    name = copy(SEED.replace("PORT", str(server.port)))
    assert figure(name, "SELECT count(*) FROM conveyor_report_delivery WHERE next_date < now() AT TIME ZONE 'UTC'") == 1, \
        (tmp_path / "seed.log").read_text()[-3000:]
    return name


def states(place, database):
    return {state: int(count) for state, count in place.databases.query("SELECT state, count(*) FROM conveyor_report_log GROUP BY 1", database)}


def reports(server):
    """The mails of the report; Odoo sends others, of leads that were assigned."""
    return [mail for mail in server.mails if mail["Subject"].startswith("Figures")]


def received(server):
    """How often each address got it."""
    return collections.Counter(mail["To"] for mail in reports(server))


def test_killed_in_the_middle_of_it(place, shell, database, server, tmp_path):
    """kill -9 three times; nobody gets two, and whose mail was on its way then is told, not sent again."""
    for number, pause in enumerate((0, 0.05, 0.4)):
        before = len(reports(server))
        process = shell(database, RUN, tmp_path / f"killed{number}.log")
        wait_until(lambda: process.poll() is not None or len(reports(server)) > before + 1, 120)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    assert 0 < len(reports(server)) < RECIPIENTS, "killed too early or too late"
    place.databases.query(LATER, database)
    shell(database, RUN, tmp_path / "last.log").wait(300)
    found = states(place, database)
    assert max(received(server).values()) == 1, received(server)
    assert sum(found.values()) == RECIPIENTS and not found.get("waiting") and not found.get("sending"), (tmp_path / "last.log").read_text()[-3000:]
    assert found["sent"] >= RECIPIENTS - 3 and len(reports(server)) >= found["sent"], "at most one mail a kill is in doubt"


def test_killed_in_the_conversation_with_the_mail_server(place, shell, database, server, tmp_path):
    """The mail was taken, and the process dies before it hears so: it is not sent again, and the log says that it may have arrived."""
    server.may_answer.clear()
    server.taken.clear()
    process = shell(database, RUN, tmp_path / "killed.log")
    assert server.taken.wait(120), (tmp_path / "killed.log").read_text()[-3000:]
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    server.may_answer.set()
    assert states(place, database)["sending"] == 1
    shell(database, RUN, tmp_path / "soon.log").wait(300)
    assert states(place, database) == {"sending": 1, "sent": RECIPIENTS - 1}, "too early to be sure that nobody sends it"
    place.databases.query(LATER, database)
    shell(database, RUN, tmp_path / "later.log").wait(300)
    assert states(place, database) == {"failed": 1, "sent": RECIPIENTS - 1}
    assert sorted(received(server).values()) == [1] * RECIPIENTS
    assert "may have arrived" in place.databases.query("SELECT error FROM conveyor_report_log WHERE state = 'failed'", database)[0][0]


def test_two_processes_on_one_database(place, shell, database, server, tmp_path):
    workers = [shell(database, RUN, tmp_path / f"worker{number}.log") for number in range(2)]
    for worker in workers:
        worker.wait(300)
    shell(database, RUN, tmp_path / "rest.log").wait(300)
    assert states(place, database) == {"sent": RECIPIENTS}, (tmp_path / "worker0.log").read_text()[-3000:]
    assert sorted(received(server).values()) == [1] * RECIPIENTS
    assert "Traceback" not in (tmp_path / "worker0.log").read_text() + (tmp_path / "worker1.log").read_text()
