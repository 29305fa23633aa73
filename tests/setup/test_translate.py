"""Bringing the languages in step with the template."""
import polib
from conveyor_setup import merge_translations

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"POT-Creation-Date: 2026-01-01\\n"\n\n'


def catalogue(path, **texts):
    path.write_text(HEADER + "".join(f'msgid "{text}"\nmsgstr "{known}"\n\n' for text, known in texts.items()))
    return path


def test_known_texts_stay_new_ones_are_counted_old_ones_go(tmp_path, capsys):
    template = catalogue(tmp_path / "module.pot", Lead="", Won="")
    russian = catalogue(tmp_path / "ru.po", Lead="Лид", Gone="Прошло")
    assert merge_translations.main(str(template), str(russian)) == 1
    assert {entry.msgid: entry.msgstr for entry in polib.pofile(str(russian))} == {"Lead": "Лид", "Won": ""}
    assert capsys.readouterr().out == "ru.po: 1 of 2 translated\n"


def test_a_complete_language_is_no_failure_and_a_second_run_changes_nothing(tmp_path):
    template = catalogue(tmp_path / "module.pot", Lead="")
    bulgarian = catalogue(tmp_path / "bg.po", Lead="Лийд")
    assert merge_translations.main(str(template), str(bulgarian)) == 0
    first = template.read_text(), bulgarian.read_text()
    assert merge_translations.main(str(template), str(bulgarian)) == 0
    assert (template.read_text(), bulgarian.read_text()) == first
    assert "Creation-Date" not in first[0]


def test_a_language_that_is_not_there_yet_begins_empty(tmp_path):
    template = catalogue(tmp_path / "module.pot", Lead="")
    assert merge_translations.main(str(template), str(tmp_path / "de.po")) == 1
    assert polib.pofile(str(tmp_path / "de.po")).untranslated_entries()
