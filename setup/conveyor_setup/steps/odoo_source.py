"""Odoo 19: a folder of the user's own (ODOO_PATH), or Debian's package unpacked into the home."""
import re
import shutil
from pathlib import Path

from .. import apt
from ..errors import SetupError
from . import Step, replace

INSIDE_PACKAGE = Path("usr/lib/python3/dist-packages")
# Fonts and libraries that Debian's package replaces by links into other packages.
LINKED = ["fonts-glyphicons-halflings", "fonts-montserrat", "fonts-ocr-b", "fonts-roboto-unhinted",
          "libjs-jquery", "libjs-jquery-form", "libjs-underscore"]
# The development suite's Font Awesome 7 has no version 4 files, so these come from the machine's own release.
LINKED_OF_RELEASE = ["fonts-font-awesome", "fonts-inconsolata"]


def odoo_root(settings):
    """The folder that holds the package `odoo`, for Python's path."""
    if settings.odoo_path is None:
        return settings.home / "odoo" / INSIDE_PACKAGE
    unpacked = settings.odoo_path / INSIDE_PACKAGE
    return unpacked if (unpacked / "odoo").is_dir() else settings.odoo_path


def odoo_version(root):
    """'19.0' and the like, None where there is no Odoo."""
    try:
        text = (root / "odoo" / "release.py").read_text()
    except OSError:
        return None
    found = re.search(r"^version_info\s*=\s*\((\d+)\D+(\d+)", text, re.MULTILINE)
    return f"{found[1]}.{found[2]}" if found else None


def odoo_revision(settings):
    """What tells one copy of Odoo from another; part of the names of template databases."""
    stamp = settings.home / "odoo" / "complete"
    if settings.odoo_path is None and stamp.exists():
        return stamp.read_text().strip()
    return f"{odoo_version(odoo_root(settings))} at {settings.odoo_path}"


def addons_folders(settings):
    """Odoo's own addons; the checkout joins them."""
    root = odoo_root(settings)
    folders = [root / "odoo" / "addons", root / "addons"]
    return [folder for folder in folders if any(folder.glob("*/__manifest__.py"))]


class OdooSource(Step):
    name = "Odoo 19"
    needs_mb = 2500

    def is_done(self):
        if self.settings.odoo_path is not None:
            self._check_own()
            return True
        return (self.settings.home / "odoo" / "complete").exists()

    def _check_own(self):
        version = odoo_version(odoo_root(self.settings))
        if version is None or not version.startswith("19"):
            found = f"Odoo {version}" if version else "no Odoo"
            raise SetupError(f"ODOO_PATH is {self.settings.odoo_path}, and there is {found} in it",
                             "Point ODOO_PATH to the folder of an Odoo 19 that contains odoo/release.py, or unset it.")

    def do(self):
        downloads = self.settings.home / "downloads"  # kept on failure: apt goes on with what is there
        archive = apt.development_archive(downloads / "sid", self.log, self.console)
        packages = archive.download(["odoo-19", *LINKED])
        release = apt.own_archive(downloads / "release", self.log, self.console)
        release.update()
        fonts = release.download(LINKED_OF_RELEASE)
        with self.workshop() as folder:
            tree = folder / "odoo"
            archive.unpack(packages + fonts, tree)
            self._check_links(tree / INSIDE_PACKAGE)
            version = archive.version_of(next(path for path in packages if path.name.startswith("odoo-19_")))
            (tree / "complete").write_text(version + "\n")
            replace(tree, self.settings.home / "odoo")
        shutil.rmtree(downloads, ignore_errors=True)

    def _check_links(self, root):
        dangling = [path for path in root.rglob("*") if path.is_symlink() and not path.exists()]
        if dangling:
            self.console.say(f"  note: {len(dangling)} files of Odoo are links into packages that are not here, "
                             f"for example {dangling[0].relative_to(root)}")
