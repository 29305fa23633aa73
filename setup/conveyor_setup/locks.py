"""Locks between processes: one at a time, and who is still using something."""
import fcntl
import os
from contextlib import contextmanager

from . import processes


@contextmanager
def exclusive(path, on_wait=None):
    """Hold the file lock; the kernel frees it even when the holder is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if on_wait:
                on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def claim(path, note):
    """Hold the file lock without waiting; gives None, or the note of whoever holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            yield handle.read().strip() or "another process"
            return
        handle.truncate(0)
        handle.write(note)
        handle.flush()
        yield None


class LiveUsers:
    """The processes that use something: a folder with one file `<pid>_<start>` each.

    To be called under an exclusive lock.  Those who were killed are forgotten at the next look.
    """

    def __init__(self, folder):
        self.folder = folder

    def enter(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / processes.unique_suffix()).touch()

    def leave(self):
        (self.folder / processes.unique_suffix()).unlink(missing_ok=True)

    def alive(self):
        if not self.folder.is_dir():
            return []
        living = []
        for name in sorted(os.listdir(self.folder)):
            pid, _, started = name.partition("_")
            if processes.is_alive(pid, started):
                living.append(int(pid))
            else:
                (self.folder / name).unlink(missing_ok=True)
        return living
