"""The wizard that lays a ready set over the pipeline."""

from playwright.sync_api import expect

from .web_client import WebClient


class ReadySet(WebClient):

    def open(self):
        super().open("action-sales_conveyor.conveyor_section_action")
        self.menu("crm.crm_menu_config", "sales_conveyor.menu_conveyor_trade_apply")
        expect(self.dialog.locator(".o_field_widget[name=set_id]")).to_be_visible()
        return self

    def choose(self, name, team):
        """A set (its name) for one team."""
        self.dialog.locator(".o_field_widget[name=set_id]").get_by_label(name).check()
        teams = self.dialog.locator(".o_field_widget[name=team_ids] input")
        teams.fill(team)
        self.page.locator(".o-autocomplete--dropdown-item").filter(has_text=team).first.click()
        expect(self.dialog.locator(".o_field_widget[name=team_ids]")).to_contain_text(team)
        return self.next("stage_ids")

    def next(self, shown):
        self.button("Next", self.dialog).click()
        expect(self.dialog.locator(f".o_field_widget[name={shown}] .o_data_row").first).to_be_visible()
        return self

    def preview(self):
        """``[(section, what becomes of it, [standard work])]`` in the order of the pipeline."""
        self.next("place_ids")
        rows = self.dialog.locator(".o_field_widget[name=place_ids] .o_data_row")
        return [(row.locator("td[name=name]").inner_text(), row.locator("td[name=origin]").inner_text(),
                 self._works(row.locator("td[name=work]"))) for row in rows.all()]

    @staticmethod
    def _works(cell):
        """Names without the bullet and what proves them."""
        lines = (cell.text_content() or "").split("•")
        return [line.rsplit(" (", 1)[0].strip() for line in lines if line.strip()]

    @property
    def summary(self):
        return self.dialog.locator(".o_field_widget[name=summary]")

    def apply(self):
        self.button("Apply", self.dialog).click()
        expect(self.page.locator(".o_notification").filter(has_text="is applied")).to_be_visible()
        self.expect_no_dialog()
