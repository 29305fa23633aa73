"""POT PO…: bring the languages in step with the template. Run by Odoo's Python, which has polib."""
import sys
from pathlib import Path

import polib

METADATA = {
    "Content-Type": "text/plain; charset=UTF-8", "Content-Transfer-Encoding": "8bit", "MIME-Version": "1.0",
}


def steady(catalogue):
    """Without the moment of the export, so that nothing changes when no text did."""
    for name in ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team"):
        catalogue.metadata.pop(name, None)
    catalogue.metadata.update(METADATA)
    return catalogue


def merged(template, old, language):
    """The template's entries with the translations that ``old`` has for them."""
    known = {entry.msgid: entry.msgstr for entry in old if entry.msgstr and not entry.obsolete}
    new = polib.POFile(wrapwidth=78)
    new.header = "Translation of Sales Conveyor."
    new.metadata = {"Project-Id-Version": "Odoo Server 19.0", **METADATA, "Language": language}
    for entry in template:
        new.append(polib.POEntry(
            msgid=entry.msgid, msgstr=known.get(entry.msgid, ""), occurrences=entry.occurrences,
            comment=entry.comment, flags=[flag for flag in entry.flags if flag != "fuzzy"]))
    return new


def main(template_path, *paths):
    template = steady(polib.pofile(template_path))
    template.save(template_path)
    missing = 0
    for path in map(Path, paths):
        old = polib.pofile(str(path)) if path.exists() else []
        new = merged(template, old, path.stem)
        new.save(str(path))
        untranslated = new.untranslated_entries()
        missing += len(untranslated)
        print(f"{path.name}: {len(new) - len(untranslated)} of {len(new)} translated")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
