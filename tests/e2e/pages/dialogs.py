"""The gate's dialog, the waiver, and the form that fills what is missing."""

from playwright.sync_api import expect

from .web_client import WebClient


class GateDialog(WebClient):
    """A section holds a client back."""

    @property
    def root(self):
        return self.page.locator(".o_conveyor_gate_dialog")

    def expect_missing(self, *items):
        """Exactly these items (ids) are listed."""
        expect(self.root).to_be_visible()
        expect(self.root.locator("li[data-item]")).to_have_count(len(items))
        for item in items:
            expect(self.root.locator(f"li[data-item='{item}']")).to_be_visible()
        return self

    def stay(self):
        self.button("Stay", self.root).click()
        self.expect_no_dialog()

    def waive(self):
        self.button("Waive…", self.root).click()
        return WaiveDialog(self.page)

    def fill(self):
        self.button("Fill it", self.root).click()
        return FillDialog(self.page)


class WaiveDialog(WebClient):

    def because(self, label):
        """Choose one of the reasons."""
        self.dialog.locator(".o_field_widget[name=reason]").get_by_label(label).check()
        return self

    def in_own_words(self, text):
        self.because("In my own words")
        self.dialog.locator(".o_field_widget[name=note] input").fill(text)
        return self

    def apply(self):
        """Waive, and make the move that was held back."""
        self.button("Waive and Move", self.dialog).click()
        self.expect_no_dialog()


class FillDialog(WebClient):
    """The small form with what proves the missing work."""

    def fill(self, field, text):
        box = self.dialog.locator(f".o_field_widget[name={field}]").locator("input, textarea").first
        box.fill(text)
        return self

    def apply(self, button):
        self.button(button, self.dialog).click()
        self.expect_no_dialog()
