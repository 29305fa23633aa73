"""Is this Python one that Odoo 19 runs on?  If not, is there another on this machine?

Written so that Python 3.6 can read it: it is the one file that runs before we know.
"""
from __future__ import print_function

import os
import subprocess
import sys

OLDEST = (3, 10)
NEWEST = (3, 13)


def is_supported(version):
    return OLDEST <= tuple(version)[:2] <= NEWEST


def explain(version):
    """What to tell a user whose Python is `version`; None when it will do."""
    if is_supported(version):
        return None
    how = "too old" if tuple(version)[:2] < OLDEST else "too new"
    return (
        "Failed: Python\n"
        "  cause:  Python {}.{} is {}: Odoo 19 runs on Python {}.{} to {}.{}.\n"
        "  remedy: install one of these (Debian 12: apt-get install python3) and start "
        "this script with it, for example: python3.11 {}"
    ).format(version[0], version[1], how, OLDEST[0], OLDEST[1], NEWEST[0], NEWEST[1], sys.argv[0])


def _answers(command, version):
    code = "import sys; sys.exit(sys.version_info[:2] != {!r})".format(version)
    with open(os.devnull, "w") as silence:
        try:
            return subprocess.call([command, "-c", code], stdout=silence, stderr=silence) == 0
        except OSError:
            return False


def find_other():
    """The command of a Python that will do, or None."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        for folder in ("", "/usr/bin/", "/usr/local/bin/"):
            command = "{}python3.{}".format(folder, minor)
            if _answers(command, (3, minor)):
                return command
    return None


def require(version=sys.version_info):
    """Go on under a Python that will do, or say what is wrong and stop."""
    problem = explain(version)
    if problem is None:
        return
    other = find_other()
    if other is None:
        sys.stderr.write(problem + "\n")
        sys.exit(1)
    os.execvp(other, [other] + sys.argv)
