"""What browser tests need: a Chromium, and the library that Playwright's driver is linked with.

The machine's own if there is one, else installed (root), else unpacked into the home (anybody else).
"""
import ctypes
import os
import shutil

from .. import apt, processes
from ..errors import SetupError, diagnose
from . import Step, replace

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVER_LIBRARY = "libatomic.so.1"
WRAPPER = """\
#!/bin/sh
# Chromium of Debian, unpacked without root: its libraries lie beside it.
root={root}
export LD_LIBRARY_PATH="{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export XDG_DATA_DIRS="$root/usr/share:${{XDG_DATA_DIRS:-/usr/local/share:/usr/share}}"
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$root/fonts.conf"
exec "$root/usr/lib/chromium/chromium" "$@"
"""
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{root}/usr/share/fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
"""


def has_library(name):
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


class Chromium(Step):
    name = "Chromium"
    needs_mb = 1500

    @property
    def folder(self):
        return self.settings.home / "chromium"

    @property
    def is_unpacked(self):
        return (self.folder / "complete").exists()

    @property
    def path(self):
        """The browser's command; None when there is none yet."""
        own = next(filter(None, map(shutil.which, NAMES)), None)
        return own or (str(self.folder / "bin" / "chromium") if self.is_unpacked else None)

    @property
    def driver_libraries(self):
        """The folder with the driver's library, None when the system has it."""
        folder = self.folder / "driver"
        return str(folder) if self.is_unpacked and folder.is_dir() else None

    def missing(self):
        """Debian packages, for what is neither on the machine nor unpacked."""
        packages = []
        if not self.path:
            packages += ["chromium", "fonts-dejavu-core"]
        if not has_library(DRIVER_LIBRARY) and not self.driver_libraries:
            packages.append("libatomic1")
        return packages

    def is_done(self):
        return not self.missing()

    def do(self):
        if os.geteuid() == 0:
            self._install(self.missing())
        else:
            self._unpack(["chromium", "fonts-dejavu-core", "libatomic1"])

    def _install(self, packages):
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
        command = ["apt-get", "-q"]
        # Some source of the machine may be out of reach and yet not needed: only the installation must work.
        update = processes.run([*command, "update"], self.log, "reading the package lists", self.console,
                               check=False, env=environment)
        try:
            processes.run([*command, "install", "--yes", "--no-install-recommends", *packages], self.log,
                          f"installing {packages[0]}", self.console, env=environment)
        except SetupError as error:
            raise SetupError(*diagnose(f"{update}\n{error.cause}", "installing"), log=self.log) from error

    def _unpack(self, packages):
        archive = apt.own_archive(self.settings.home / "downloads-chromium", self.log, self.console,
                                  assume_installed=True)
        archive.update()
        debs = archive.download_with_dependencies(packages)
        with self.workshop() as shop:
            tree = shop / "chromium"
            archive.unpack(debs, tree)
            self._set_driver_library(tree)
            replace(tree, self.folder)
        self._write_wrapper()
        processes.run([self.folder / "bin" / "chromium", "--version"], self.log, "starting the unpacked Chromium")
        (self.folder / "complete").touch()
        shutil.rmtree(archive.folder, ignore_errors=True)

    def _write_wrapper(self):
        """Libraries in folders of their own are found by their packages only in the system's place: name them all."""
        folders = {library.parent for library in self.folder.rglob("lib*.so*")} - {self.folder / "driver"}
        nearest_first = sorted(folders, key=lambda folder: (len(folder.parts), folder))
        (self.folder / "bin").mkdir(exist_ok=True)
        wrapper = self.folder / "bin" / "chromium"
        wrapper.write_text(WRAPPER.format(root=self.folder, libraries=":".join(map(str, nearest_first))))
        wrapper.chmod(0o755)
        (self.folder / "fonts.conf").write_text(FONTS.format(root=self.folder))

    def _set_driver_library(self, tree):
        """Alone in a folder, so that nothing else of the unpacked system gets into the way."""
        for library in tree.rglob(DRIVER_LIBRARY):
            (tree / "driver").mkdir(exist_ok=True)
            shutil.copy(library, tree / "driver" / DRIVER_LIBRARY)
