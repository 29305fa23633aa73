"""FOLDER LANGUAGE [NAME…]: take the pictures from the server at CONVEYOR_URL with the browser CONVEYOR_CHROMIUM."""
import os
import sys
from pathlib import Path

from .camera import camera
from .shots import SHOTS


def main(folder, language, *names):
    unknown = set(names) - SHOTS.keys()
    if unknown:
        print(f"There is no picture {', '.join(sorted(unknown))}; there are: {', '.join(SHOTS)}.")
        return 2
    examples = Path(__file__).resolve().parents[3] / "docs" / "examples"
    with camera(os.environ["CONVEYOR_URL"], os.environ["CONVEYOR_CHROMIUM"], Path(folder), language) as lens:
        for name in names or SHOTS:
            SHOTS[name](lens, examples)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
