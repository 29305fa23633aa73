"""What the scripts of setup/ do: one module a script."""
import sys

from .. import processes
from ..console import Console
from ..errors import SetupError
from ..settings import Settings


def guarded(main, quiet=False):
    """Run a command; what goes wrong is told in three lines, not in a traceback.  Returns the exit code."""
    console = Console(quiet=quiet)
    processes.stop_on_signals()
    try:
        return main(Settings.from_environment(), console, sys.argv[1:])
    except SetupError as error:
        console.fail(error)
        return 1
    except KeyboardInterrupt:
        console.say("\nStopped.")
        return 130
