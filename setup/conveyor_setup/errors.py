"""Failures that a user can act on: which step, what happened, what to do."""
import re


class SetupError(Exception):
    """`cause` says what is wrong, `remedy` what to do about it; `step` is filled in by whoever runs the step."""

    def __init__(self, cause, remedy, step=None, log=None):
        super().__init__(cause)
        self.cause, self.remedy, self.step, self.log = cause, remedy, step, log

    def __str__(self):
        lines = [f"Failed: {self.step or 'set-up'}", f"  cause:  {self.cause}", f"  remedy: {self.remedy}"]
        if self.log:
            lines.append(f"  log:    {self.log}")
        return "\n".join(lines)


AGAIN = "Start the same command again: it goes on from here."

# What a tool prints -> (cause, remedy); the first line that matches wins.
KNOWN = [
    (r"No space left on device|enough (free )?space|Disk quota exceeded",
     "the disk is full", "Free at least 3 GB, or set SALES_CONVEYOR_HOME to a folder on another disk. " + AGAIN),
    (r"Hash Sum mismatch|unexpected size|IncompleteRead|hashes? (from|do not match)|IncompleteDownload"
     r"|incomplete-download|Connection broken|error reading from server",
     "a download stopped half-way or arrived damaged", AGAIN),
    (r"Temporary failure (in name resolution|resolving)|Could not resolve|Name or service not known"
     r"|Network is unreachable|No route to host|Could not connect|Connection refused|Connection timed out"
     r"|connection timed out|NewConnectionError|NameResolutionError|ConnectTimeoutError|Unable to connect to",
     "no network: the package server was not reached",
     "Check the connection and the proxy settings (http_proxy, https_proxy). " + AGAIN),
    (r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|TLS CA certificate bundle",
     "the certificate of the package server could not be verified",
     "Install the package ca-certificates and check the machine's clock; where the network has a certificate of its "
     "own, set PIP_CERT to its file. " + AGAIN),
    (r"Release file for .* is (expired|not valid yet)",
     "the package archive calls itself out of date: the machine's clock is wrong, or the mirror is a frozen copy",
     "Check the clock (date). If the mirror is frozen on purpose, tell apt so: write "
     "'Acquire::Check-Valid-Until \"false\";' into a file in /etc/apt/apt.conf.d/. " + AGAIN),
    (r"NO_PUBKEY|is not signed|GPG error|EXPKEYSIG|couldn't be verified",
     "the signature of the package archive could not be verified",
     "Install or update the package debian-archive-keyring and check the machine's clock. " + AGAIN),
    (r"Could not get lock|Unable to acquire the dpkg",
     "another package manager is at work", "Wait until it has finished. " + AGAIN),
    (r"Unable to locate package|has no installation candidate|Can't find a source to download",
     "the package archive of this machine does not offer the package",
     "Use Debian 12 with its ordinary package sources, or point ODOO_PATH to an Odoo 19 of your own."),
    (r"No matching distribution found|Could not find a version that satisfies",
     "the Python package index does not offer a package of requirements.txt",
     "Check that the index that pip uses is complete (pip config list). " + AGAIN),
    (r"Permission denied|Read-only file system",
     "a file or folder may not be written",
     "Set SALES_CONVEYOR_HOME to a folder that you may write to. " + AGAIN),
]


def diagnose(output, what):
    """The most telling (cause, remedy) for the output of a tool that failed while doing `what`."""
    for pattern, cause, remedy in KNOWN:
        if re.search(pattern, output):
            return cause, remedy
    last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "no output")
    return f"{what} failed: {last[:300]}", "Read the log. " + AGAIN
