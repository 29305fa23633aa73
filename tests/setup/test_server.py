"""The embedded PostgreSQL: shared, started by the first and stopped by the last, whoever was killed in between."""
import os
import signal

import pytest
from conveyor_setup import database
from conveyor_setup.database import Databases
from conveyor_setup.postgres import EmbeddedServer, is_reachable, server_folder
from conveyor_setup.processes import wait_until

USER = """
from conveyor_setup.postgres import EmbeddedServer
from conveyor_setup.settings import Settings
with EmbeddedServer(Settings.from_environment()).used():
    print("up")
    input()
"""


@pytest.fixture
def server(settings):
    server = EmbeddedServer(settings)
    server.make()
    yield server
    if server.is_running():
        server._stop()


@pytest.fixture
def user(helper, settings):
    def start():
        process = helper(USER, SALES_CONVEYOR_HOME=settings.home)
        assert process.stdout.readline() == "up\n"
        return process
    return start


def leave(process):
    process.stdin.write("\n")
    process.stdin.flush()
    process.wait(30)


def test_the_last_user_stops_it(server, user):
    first, second = user(), user()
    leave(first)
    assert server.is_running()
    leave(second)
    assert not server.is_running()


def test_a_killed_user_does_not_keep_it_alive(server, user):
    killed = user()
    killed.kill()
    killed.wait()
    assert server.is_running()  # nobody could tell it
    leave(user())
    assert not server.is_running()


def test_a_terminated_user_leaves_properly(script, server, settings, helper):
    process = helper(USER.replace("with Emb", "from conveyor_setup import processes\nprocesses.stop_on_signals()\n"
                                  "with Emb"), SALES_CONVEYOR_HOME=settings.home)
    process.stdout.readline()
    process.terminate()
    process.wait(30)
    assert not server.is_running()


def test_a_killed_server_is_started_again(server, settings):
    with server.used():
        Databases(server, settings.home / "data").query("CREATE DATABASE kept")
        pid = int((server.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: not server.is_running(), 10)
    with server.used():
        assert "kept" in Databases(server, settings.home / "data").names()


def test_it_knows_every_alphabet_and_listens_to_nobody_else(server, settings):
    with server.used():
        databases = Databases(server, settings.home / "data")
        assert databases.query("SELECT lower('ПРИВЕТ Ъ'), 'Щука' ILIKE 'щ%'") == [["привет ъ", "t"]]
        assert databases.query("SHOW listen_addresses") == [[""]]
        assert databases.query("SHOW fsync") == [["on"]]
        assert server.socket_folder.stat().st_mode & 0o077 == 0


def test_a_database_is_copied_with_its_files_and_dropped_with_them(server, settings):
    data = settings.home / "data"
    with server.used():
        databases = Databases(server, data)
        databases.query("CREATE DATABASE one")
        (data / "filestore" / "one" / "ab").mkdir(parents=True)
        (data / "filestore" / "one" / "ab" / "abcd").write_text("picture")
        databases.copy("one", "two")
        databases.set_note("two", "it's a copy")
        assert databases.note("two") == "it's a copy"
        assert (data / "filestore" / "two" / "ab" / "abcd").read_text() == "picture"
        databases.drop("two")
        assert databases.names() == ["one", "postgres"]
        assert [path.name for path in (data / "filestore").iterdir()] == ["one"]


def test_leftovers_of_dead_runs_go_and_those_of_live_runs_stay(server, settings):
    mine = database.run_name("test")
    dead = f"{database.RUN_PREFIX}_{database.HOST}_{os.getpid()}_1_test"
    elsewhere = f"{database.RUN_PREFIX}_zzzz_1_1_test"
    with server.used():
        databases = Databases(server, settings.home / "data")
        for name in (mine, dead, elsewhere, "conveyor"):
            databases.query(f"CREATE DATABASE {name}")
        databases.drop_leftovers()
        assert set(databases.names()) == {mine, elsewhere, "conveyor", "postgres"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another place")
def test_root_keeps_the_data_where_the_ordinary_user_can_go(settings, home):
    assert server_folder(settings) == home / "postgres"
    home.chmod(0o700)
    assert not is_reachable(home)
    assert server_folder(settings).parts[:3] == ("/", "var", "lib")


def test_a_server_of_ones_own_that_does_not_answer_is_told(script, tmp_path):
    answer = script("odoo", "db", "--help", PGHOST=tmp_path)
    assert answer.returncode == 0  # needs no server
    answer = script("odoo", "-d", "nothing", "--stop-after-init", PGHOST=tmp_path)
    assert answer.returncode == 1
    assert "Failed: PostgreSQL" in answer.stdout and "does not answer" in answer.stdout
