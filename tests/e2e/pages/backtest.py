"""The rule of purchase rhythm and the back-test."""

from playwright.sync_api import expect

from .web_client import WebClient

COUNTS = ("named", "right", "wrong", "missed")


class Backtest(WebClient):
    """*Would the alarms have been right?*"""

    def open(self):
        return super().open("conveyor-backtest")

    def fill(self, name, text):
        self.page.locator(f".o_field_widget[name={name}] input").fill(text)
        return self

    def run(self, days="24"):
        self.fill("day_count", days).button("Try it on the Past").click()
        expect(self._row("Own rhythm")).to_be_visible(timeout=60_000)
        return self

    def _row(self, alarm):
        return self.page.locator(".o_field_widget[name=way_ids] .o_data_row").filter(has_text=alarm).first

    def figures(self, alarm):
        """``{"named", "right", "wrong", "missed"}`` of an alarm."""
        cells = {name: self._row(alarm).locator(f"td[name={name}]").inner_text() for name in COUNTS}
        return {name: int(text.replace(",", "").strip()) for name, text in cells.items()}

    def who(self, kind):
        """The customers behind a number of the own rhythm."""
        self._row("Own rhythm").locator(f"button[name=action_open_{kind}]").click()
        expect(self.page.locator(".o_action.o_list_view")).to_be_visible()


class RhythmRule(WebClient):
    """The form of a rule."""

    def open(self, rule):
        super().open(f"conveyor-rhythm-rules/{rule}")
        expect(self.page.locator(".o_form_view")).to_be_visible()
        return self

    @property
    def customers(self):
        return self.page.locator("button[name=action_open_customers]")

    def set(self, name, number):
        self.page.locator(f".o_field_widget[name={name}] input").fill(str(number))
        return self

    def save(self):
        self.button("Save manually").click()
        expect(self.page.locator(".o_form_saved, .o_form_status_indicator_buttons.invisible").first).to_be_attached()
        return self
