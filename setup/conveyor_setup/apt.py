"""Packages out of the Debian archive without root and without touching the system.

apt-get is pointed to lists and caches of our own.  The archive is the one that this machine already uses; only the
suite differs.  Signatures are verified with the machine's Debian keyring.
"""
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import processes
from .errors import SetupError

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
RELEASE_NAMES = {"stable", "oldstable", "oldoldstable"}
NO_ARCHIVE = "Use Debian 12 with its ordinary package sources, or point ODOO_PATH to an Odoo 19 of your own."

CONFIGURATION = """\
Dir::Etc::sourcelist "{folder}/archive.sources";
Dir::Etc::sourceparts "-";
Dir::State "{folder}/state";
Dir::State::status "{status}";
Dir::State::Lists "{folder}/lists";
Dir::Cache "{folder}/cache";
Dir::Cache::archives "{folder}/archives";
Acquire::Retries "3";
Acquire::Languages "none";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
Debug::NoLocking "true";
"""

SOURCE = """\
Types: deb
URIs: {site}
Suites: {suite}
Components: main
Signed-By: {keyring}

"""


@dataclass(frozen=True)
class Target:
    """One line of the machine's package sources."""
    site: str
    suite: str
    component: str


def machine_targets():
    """The package sources of this machine, read from apt itself."""
    if not shutil.which("apt-get"):
        raise SetupError("this machine has no apt-get", NO_ARCHIVE)
    lines = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE) $(SUITE) $(COMPONENT) $(CREATED_BY)"],
                           stdout=subprocess.PIPE, check=False, text=True).stdout.splitlines()
    rows = [line.split() for line in lines if line.endswith(" Packages")]
    return list(dict.fromkeys(Target(*row[:3]) for row in rows if len(row) == 4))


def codename(release_file="/etc/os-release"):
    try:
        lines = Path(release_file).read_text().splitlines()
    except OSError:
        return None
    return next((line.partition("=")[2].strip('"') for line in lines if line.startswith("VERSION_CODENAME=")), None)


def base_suite(suite):
    """bookworm-security, bookworm-updates -> bookworm; oldstable -> oldstable."""
    return suite.split("/")[0].partition("-")[0]


def debian_targets(targets, release=None):
    """Those of Debian's own release, without what others offer for it."""
    names = RELEASE_NAMES | {release or codename()}
    return [target for target in targets if target.component == "main" and base_suite(target.suite) in names]


def archive_sites(targets):
    """Where the main archive may be, the likeliest first: a site that has the updates of the release, too."""
    with_updates = {target.site for target in targets if target.suite.endswith("-updates")}
    sites = dict.fromkeys(target.site for target in targets if "-" not in target.suite and "/" not in target.suite)
    return sorted(sites, key=lambda site: site not in with_updates)


class Archive:
    """One apt configuration of our own in `folder`."""

    def __init__(self, folder, sources, log, console=None, assume_installed=False):
        self.folder, self.log, self.console = folder, log, console
        self.packages = folder / "archives"
        for name in ("state/lists/partial", "lists/partial", "cache", "archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "empty-status").touch()
        status = "/var/lib/dpkg/status" if assume_installed else folder / "empty-status"
        configuration = CONFIGURATION.format(folder=folder, status=status)
        if os.geteuid() == 0:
            configuration += 'APT::Sandbox::User "root";\n'
        (folder / "apt.conf").write_text(configuration)
        (folder / "archive.sources").write_text("".join(
            SOURCE.format(site=target.site, suite=target.suite, keyring=KEYRING) for target in sources))

    def run(self, what, *arguments, cwd=None):
        environment = dict(os.environ, APT_CONFIG=str(self.folder / "apt.conf"), LC_ALL="C.UTF-8",
                           DEBIAN_FRONTEND="noninteractive")
        return processes.run(["apt-get", "-q", *arguments], self.log, what, self.console,
                             env=environment, cwd=cwd)

    def update(self):
        self.run("reading the package lists", "-o", "APT::Update::Error-Mode=any", "update")

    def download(self, names):
        """Packages into `self.packages`; apt checks size and hash and goes on with what is half there."""
        for old in self.packages.glob("*.deb"):
            if old.name.partition("_")[0] not in names:
                old.unlink()
        self.run(f"downloading {names[0]}", "download", *names, cwd=self.packages)
        return sorted(self.packages.glob("*.deb"))

    def download_with_dependencies(self, names):
        """Packages and whatever of their dependencies this machine lacks."""
        self.run(f"downloading {', '.join(names)}", "install", "--download-only", "--yes",
                 "--no-install-recommends", *names)
        return sorted(self.packages.glob("*.deb"))

    def version_of(self, package):
        text = subprocess.run(["dpkg-deb", "--field", str(package), "Version"], stdout=subprocess.PIPE,
                              check=True, text=True).stdout
        return text.strip()

    def unpack(self, packages, target):
        target.mkdir(parents=True, exist_ok=True)
        for package in packages:
            processes.run(["dpkg-deb", "--extract", package, target], self.log,
                          f"unpacking {package.name.partition('_')[0]}", self.console)


def own_archive(folder, log, console=None, assume_installed=False):
    """The release of this very machine."""
    sources = debian_targets(machine_targets())
    if not sources:
        raise SetupError("this machine's package sources name no Debian release", NO_ARCHIVE)
    return Archive(folder, sources, log, console, assume_installed)


def development_archive(folder, log, console=None):
    """Debian's development suite at the archive that this machine uses, with its lists read."""
    sites = archive_sites(debian_targets(machine_targets()))
    failure = SetupError("this machine's package sources name no Debian archive", NO_ARCHIVE)
    for site in sites:
        archive = Archive(folder, [Target(site, "sid", "main")], log, console)
        try:
            archive.update()
            return archive
        except SetupError as error:
            failure = error
    raise failure
