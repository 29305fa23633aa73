"""Every text of the module stands in the template and is translated."""

import io
from pathlib import Path

import polib
from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

I18N = Path(get_module_path("sales_conveyor")) / "i18n"
PLACEHOLDERS = ("%(", "%s", "{", "<")


def texts(catalogue):
    return {entry.msgid for entry in catalogue if not entry.obsolete}


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
        for language in ("ru", "bg"):
            catalogue = polib.pofile(str(I18N / f"{language}.po"))
            done = {entry.msgid for entry in catalogue.translated_entries() if not entry.fuzzy}
            with self.subTest(language):
                self.assertFalse(template - done, "not translated")

    def test_translations_keep_what_is_filled_in(self):
        for language in ("ru", "bg"):
            for entry in polib.pofile(str(I18N / f"{language}.po")).translated_entries():
                for mark in PLACEHOLDERS:
                    with self.subTest(language=language, text=entry.msgid, mark=mark):
                        self.assertEqual(entry.msgid.count(mark), entry.msgstr.count(mark))
