"""A Chromium for browser tests: the machine's own, else installed (root), else unpacked into the home (anybody)."""
import os
import shutil

from .. import apt, processes
from . import Step, replace

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WRAPPER = """\
#!/bin/sh
# Chromium of Debian, unpacked without root: its libraries lie beside it.
root={root}
export LD_LIBRARY_PATH="$root/usr/lib/{triplet}:$root/lib/{triplet}:$root/usr/lib/chromium${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export XDG_DATA_DIRS="$root/usr/share:${{XDG_DATA_DIRS:-/usr/local/share:/usr/share}}"
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$root/fonts.conf"
exec "$root/usr/lib/chromium/chromium" "$@"
"""
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{root}/usr/share/fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
"""


class Chromium(Step):
    name = "Chromium"
    needs_mb = 1500

    @property
    def folder(self):
        return self.settings.home / "chromium"

    @property
    def path(self):
        """The browser's command; None when there is none yet."""
        ours = self.folder / "bin" / "chromium"
        if (self.folder / "complete").exists():
            return str(ours)
        return next(filter(None, map(shutil.which, NAMES)), None)

    def is_done(self):
        return self.path is not None

    def do(self):
        if os.geteuid() == 0:
            self._install()
        else:
            self._unpack()

    def _install(self):
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
        for what, *arguments in (("reading the package lists", "update"),
                                 ("installing chromium", "install", "--yes", "--no-install-recommends", "chromium")):
            processes.run(["apt-get", "-q", *arguments], self.log, what, self.console, env=environment)

    def _unpack(self):
        archive = apt.own_archive(self.settings.home / "downloads-chromium", self.log, self.console,
                                  assume_installed=True)
        archive.update()
        packages = archive.download_with_dependencies(["chromium", "fonts-dejavu-core"])
        with self.workshop() as shop:
            tree = shop / "chromium"
            archive.unpack(packages, tree)
            self._write_wrapper(tree)
            (tree / "complete").touch()
            replace(tree, self.folder)
        shutil.rmtree(archive.folder, ignore_errors=True)

    def _write_wrapper(self, tree):
        triplet = f"{os.uname().machine}-linux-gnu"
        (tree / "bin").mkdir(exist_ok=True)
        wrapper = tree / "bin" / "chromium"
        wrapper.write_text(WRAPPER.format(root=self.folder, triplet=triplet))
        wrapper.chmod(0o755)
        (tree / "fonts.conf").write_text(FONTS.format(root=self.folder))
