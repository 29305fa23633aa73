"""Every text of the module stands in the template and is translated."""

import io
from pathlib import Path

import polib
from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

I18N = Path(get_module_path("sales_conveyor")) / "i18n"
LANGUAGES = ("ru", "bg")
PLACEHOLDERS = ("%(", "%s", "%%", "{", "<")


def texts(catalogue):
    """Those of the demo data are in the template, but not in every database."""
    return {entry.msgid for entry in catalogue if not entry.obsolete and not all(
        ":sales_conveyor.demo_" in place for place, _line in entry.occurrences)}


def catalogues():
    return [(language, polib.pofile(str(I18N / f"{language}.po"))) for language in LANGUAGES]


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):

    def test_the_template_is_up_to_date(self):
        stream = io.BytesIO()
        trans_export(False, ["sales_conveyor"], stream, "po", self.env)
        now = texts(polib.pofile(stream.getvalue().decode()))
        kept = texts(polib.pofile(str(I18N / "sales_conveyor.pot")))
        self.assertFalse(now - kept, "texts that the template lacks: run setup/translate")
        self.assertFalse(kept - now, "texts that are gone: run setup/translate")

    def test_every_language_is_complete(self):
        template = texts(polib.pofile(str(I18N / "sales_conveyor.pot")))
        missing = [
            (language, text) for language, catalogue in catalogues()
            for text in template - {entry.msgid for entry in catalogue.translated_entries() if not entry.fuzzy}]
        self.assertFalse(missing, "not translated")

    def test_translations_keep_what_is_filled_in(self):
        changed = [
            (language, entry.msgid, mark) for language, catalogue in catalogues()
            for entry in catalogue.translated_entries() for mark in PLACEHOLDERS
            if entry.msgid.count(mark) != entry.msgstr.count(mark)]
        self.assertFalse(changed, "placeholders or tags differ")
