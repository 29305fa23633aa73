"""Reading the history of a process while its server is killed: begun anew, done once."""
import signal

import pytest
from conveyor_setup.processes import wait_until
from test_enrolment_processes import figure, place, shell  # noqa: F401 the fixture place

SEED = """
    import datetime
    leads = env["crm.lead"].create([{"name": f"Lead {number}", "type": "opportunity"} for number in range(50)])
    process = env["conveyor.process"].create({"name": "All", "owner_id": 2})
    today = datetime.date.today()
    env["conveyor.process.mining"]._ask(process.with_user(2), "document", today - datetime.timedelta(days=30), today)
    env["ir.cron"].search([]).active = False
    env.cr.commit()
"""
RUN = """
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
STATE = "SELECT count(*) FROM conveyor_process_mining WHERE state = '{state}' AND COALESCE(progress, 0) >= {progress}"


@pytest.fixture
def database(place, tmp_path):  # noqa: F811
    with place.odoo.temporary(place.templates[False], "mining") as name:
        place.odoo.install(name, tmp_path / "install.log", False)
        shell(place, name, SEED, tmp_path / "seed.log").wait(300)
        assert figure(place, name, STATE.format(state="waiting", progress=0)) == 1, (tmp_path / "seed.log").read_text()[-3000:]
        yield name


def test_a_killed_reading_begins_anew_and_makes_one_version(place, database, tmp_path):  # noqa: F811
    first = shell(place, database, RUN.format(pause=5), tmp_path / "first.log")
    assert wait_until(lambda: figure(place, database, STATE.format(state="running", progress=0.2)), 120)
    first.send_signal(signal.SIGKILL)
    first.wait(60)
    assert figure(place, database, "SELECT count(*) FROM conveyor_process_version") == 0
    two = [shell(place, database, RUN.format(pause=0.2), tmp_path / f"again{number}.log") for number in range(2)]
    for process in two:
        process.wait(300)
    assert figure(place, database, STATE.format(state="done", progress=1)) == 1, (tmp_path / "again0.log").read_text()[-3000:]
    assert figure(place, database, "SELECT count(*) FROM conveyor_process_version") == 1
    assert figure(place, database, "SELECT leads_in FROM conveyor_process_version") == 50
