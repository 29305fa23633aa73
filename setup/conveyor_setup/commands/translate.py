"""setup/translate: the template of translations made anew, the languages brought in step with it.

What is new stands untranslated in ru.po and bg.po and is counted; what is gone from the sources goes.  The demo data have texts too.
"""
from .. import processes
from ..workplace import prepared

MODULE = "sales_conveyor"
LANGUAGES = ("ru", "bg")


def main(settings, console, arguments):
    folder = settings.checkout / MODULE / "i18n"
    template = folder / f"{MODULE}.pot"
    with prepared(settings, console, templates=(True,)) as place:
        log = settings.log(f"translate-{processes.unique_suffix()}")
        console.begin("the module's texts")
        with place.odoo.temporary(place.templates[True], "translate") as database:
            place.odoo.install(database, log, True)
            place.odoo.run("exporting the texts", log, "i18n", "export", "-d", database, "-l", "pot",
                           "-o", str(template), MODULE)
        console.end()
        log.unlink(missing_ok=True)
        return processes.run_in_foreground(
            [settings.python, str(settings.checkout / "setup" / "conveyor_setup" / "merge_translations.py"),
             str(template), *(str(folder / f"{language}.po") for language in LANGUAGES)], env=place.odoo.environment)
