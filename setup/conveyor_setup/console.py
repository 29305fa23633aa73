"""What the user sees while the set-up is at work: one line a step, on standard error."""
import sys
import time

HEARTBEAT = 20  # seconds between two signs of life where the line cannot be redrawn


def seconds(duration):
    if duration < 60:
        return f"{duration:.1f} s"
    return f"{int(duration) // 60} min {int(duration) % 60} s"


class Console:
    def __init__(self, stream=None, quiet=False):
        self.stream = stream or sys.stderr
        self.quiet = quiet  # say nothing about what is already there
        self.is_terminal = self.stream.isatty()
        self.label = ""
        self.started = self.shown = 0.0

    def say(self, text=""):
        self._write(text + "\n")

    def ready(self, label):
        if not self.quiet:
            self.say(f"{label}: ready")

    def begin(self, label):
        self.label, self.started, self.shown = label, time.monotonic(), time.monotonic()
        self._write(f"{label} …" + ("" if self.is_terminal else "\n"))

    def tick(self, note=""):
        """A sign of life; called as often as one likes."""
        now = time.monotonic()
        if now - self.shown < (1 if self.is_terminal else HEARTBEAT):
            return
        self.shown = now
        text = f"{self.label} … {seconds(now - self.started)} {note}".rstrip()
        self._write(f"\r\033[K{text[:110]}" if self.is_terminal else f"  {text}\n")

    def end(self):
        text = f"{self.label}: done in {seconds(time.monotonic() - self.started)}"
        self._write(f"\r\033[K{self._green(text)}\n" if self.is_terminal else f"{text}\n")

    def fail(self, error):
        text = str(error)
        self._write(f"\n\033[31m{text}\033[0m\n" if self.is_terminal else f"{text}\n")

    def _green(self, text):
        return f"\033[32m{text}\033[0m"

    def _write(self, text):
        self.stream.write(text)
        self.stream.flush()
