"""Who is at work, told by live processes and not by files that somebody left behind."""
import os

from conveyor_setup import processes
from conveyor_setup.locks import LiveUsers, claim, exclusive

ENTER = """
from pathlib import Path
from conveyor_setup.locks import LiveUsers
LiveUsers(Path({folder!r})).enter()
print("in")
input()
"""
HOLD = """
from pathlib import Path
from conveyor_setup.locks import exclusive
with exclusive(Path({path!r})):
    print("in")
    input()
"""


def test_a_killed_user_is_forgotten(tmp_path, helper):
    users = LiveUsers(tmp_path)
    other = helper(ENTER.format(folder=str(tmp_path)))
    other.stdout.readline()
    users.enter()
    assert users.alive() == sorted([os.getpid(), other.pid])
    other.kill()
    other.wait()
    assert users.alive() == [os.getpid()]
    users.leave()
    assert users.alive() == [] and not list(tmp_path.iterdir())


def test_a_process_id_that_is_used_again_is_not_the_old_user(tmp_path):
    (tmp_path / f"{os.getpid()}_1").touch()
    assert LiveUsers(tmp_path).alive() == []


def test_a_zombie_is_dead(helper):
    process = helper("pass")
    process.stdout.read()
    assert processes.wait_until(lambda: processes.start_time(process.pid) is None, 10)


def test_the_lock_of_a_killed_holder_is_free(tmp_path, helper):
    path = tmp_path / "lock"
    holder = helper(HOLD.format(path=str(path)))
    holder.stdout.readline()
    with claim(path, "mine") as other:
        assert other  # held
    waited = []
    with exclusive(path, on_wait=lambda: (waited.append(True), holder.kill())):
        assert waited


def test_who_comes_second_reads_who_is_first(tmp_path):
    with claim(tmp_path / "lock", "process 1, http://127.0.0.1:8069") as first:
        with claim(tmp_path / "lock", "another") as second:
            assert first is None
            assert second == "process 1, http://127.0.0.1:8069"
