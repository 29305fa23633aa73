"""What tools print is turned into a cause and a remedy.  The lines are what apt-get, pip and PostgreSQL print."""
import pytest
from conveyor_setup.errors import SetupError, diagnose

SEEN = [
    ("E: You don't have enough free space in /var/cache/apt/archives/.", "disk is full"),
    ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
    ("W: Failed to fetch http://site/InRelease  Could not connect to 127.0.0.1:9", "no network"),
    ("W: Failed to fetch http://site/InRelease  Temporary failure resolving 'site'", "no network"),
    ("NewConnectionError('<HTTPSConnection>: Failed to establish a new connection: [Errno 101]'", "no network"),
    ("E: Failed to fetch http://site/odoo.deb  Hash Sum mismatch", "half-way"),
    ("E: Failed to fetch http://site/odoo.deb  File has unexpected size (3 != 4). Mirror sync in progress?", "half-way"),
    ("urllib3.exceptions.ProtocolError: ('Connection broken: IncompleteRead(3 bytes read)'", "half-way"),
    ("E: Release file for http://site/InRelease is expired (invalid since 15d).", "frozen copy"),
    ("W: GPG error: http://site sid InRelease: NO_PUBKEY 6ED0E7B82643E131", "signature"),
    ("ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "certificate"),
    ("E: Unable to locate package odoo-19", "does not offer the package"),
    ("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1", "another package manager"),
    ("ERROR: No matching distribution found for gevent==99", "does not offer a package"),
    ("initdb: error: could not create directory: Permission denied", "may not be written"),
]


@pytest.mark.parametrize("output, cause", SEEN)
def test_known_trouble_is_named(output, cause):
    found, remedy = diagnose(f"Reading package lists...\n{output}\n", "downloading")
    assert cause in found
    assert remedy


def test_unknown_trouble_gives_the_last_line():
    cause, _remedy = diagnose("first\nsomething odd\n\n", "downloading odoo-19")
    assert cause == "downloading odoo-19 failed: something odd"


def test_a_failure_is_three_lines():
    assert str(SetupError("the disk is full", "Free some space.", step="Odoo 19")).splitlines() == [
        "Failed: Odoo 19", "  cause:  the disk is full", "  remedy: Free some space."]
