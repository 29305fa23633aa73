"""Starting programs so that none of them outlives us, and telling living processes from dead ones."""
import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from .errors import SetupError, diagnose

PR_SET_PDEATHSIG = 1


def start_time(pid):
    """When the process began, in the kernel's ticks; None when it is gone or a zombie.

    A process id is used again; together with this it is not.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (OSError, ValueError):
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]


def is_alive(pid, started):
    return start_time(pid) == started


def die_with_parent():
    """For preexec_fn: the child gets SIGTERM when we are killed and cannot tell it ourselves."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop_on_signals():
    """SIGTERM and SIGHUP leave through the `finally` blocks, as Ctrl-C does."""
    def leave(number, _frame):
        sys.exit(128 + number)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


def stop(process, patience=20):
    """End one process that we started."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def start(command, **options):
    return subprocess.Popen([str(part) for part in command], preexec_fn=die_with_parent, **options)


def run(command, log, what, console=None, check=True, stdin_text=None, **options):
    """Run to the end with the output in the file `log`; a failure becomes a SetupError.  Returns the output."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "ab") as sink:
        sink.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        sink.flush()
        begin = sink.tell()
        process = start(command, stdout=sink, stderr=subprocess.STDOUT,
                        stdin=subprocess.DEVNULL if stdin_text is None else subprocess.PIPE, **options)
        try:
            _feed(process, stdin_text)
            _wait(process, console, what)
        finally:
            stop(process)
    with open(log, "rb") as source:
        source.seek(begin)
        output = source.read().decode(errors="replace")
    if check and process.returncode:
        cause, remedy = diagnose(output, what)
        raise SetupError(cause, remedy, log=log)
    return output


def _feed(process, text):
    if text is not None:
        process.stdin.write(text.encode())
        process.stdin.close()


def _wait(process, console, what):
    pause = 0.02
    while True:
        try:
            return process.wait(pause)
        except subprocess.TimeoutExpired:
            pause = min(pause * 2, 0.5)
            if console:
                console.tick(what)


def run_in_foreground(command, **options):
    """Hand the terminal to a program and return its exit code.  Ctrl-C is the program's, not ours."""
    process = start(command, **options)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        code = process.wait()
    finally:
        stop(process)
        signal.signal(signal.SIGINT, before)
    return 128 - code if code < 0 else code


def run_apart(command, log, **options):
    """Run to the end, out of reach of the terminal's Ctrl-C, and return the exit code; the output goes to the file `log`.

    When we are stopped, it is interrupted as Ctrl-C does, so that it clears up; then whatever it started is killed.
    """
    with open(log, "wb") as sink:
        process = start(command, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True,
                        **options)
        try:
            code = process.wait()
        finally:
            if process.poll() is None:
                _interrupt(process)
    return 128 - code if code < 0 else code


def _interrupt(process, patience=20):
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(condition, timeout, pause=0.1):
    limit = time.monotonic() + timeout
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(pause)
    return False


def unique_suffix():
    """Names this process for ever: process id and start."""
    return f"{os.getpid()}_{start_time(os.getpid())}"
