"""The kanban of opportunities: columns, cards, dragging."""

from playwright.sync_api import TimeoutError, expect

from .web_client import ATTEMPTS, PATIENCE, WebClient


class Pipeline(WebClient):

    def open(self):
        """One's own pipeline, as the menu opens it."""
        super().open("action-crm.action_your_pipeline")
        expect(self.page.locator(".o_kanban_renderer")).to_be_visible()
        return self

    def column(self, name):
        return self.page.locator(".o_kanban_group").filter(
            has=self.page.locator(".o_kanban_header", has_text=name))

    def card(self, name):
        return self.page.locator(".o_kanban_record").filter(has_text=name)

    def card_in(self, column, name):
        return self.column(column).locator(".o_kanban_record").filter(has_text=name)

    def phase(self, column):
        return self.column(column).locator(".o_conveyor_phase")

    def drag(self, card, to):
        """With the mouse, as a person does it; returns when the server has answered."""
        self.column(to).scroll_into_view_if_needed()
        for _attempt in range(ATTEMPTS):
            self._pull(self.card(card), self.column(to))
            if self._is_dragged():
                break
            self.page.mouse.up()  # the card was just being drawn anew: take it again
        with self.page.expect_response("**/crm.lead/web_save*"):
            self.page.mouse.up()
        return self

    def _pull(self, card, column):
        """Press the button on the card and go over to the column."""
        card.hover(position={"x": 60, "y": 12})
        start, end = card.bounding_box(), column.bounding_box()
        mouse = self.page.mouse
        mouse.down()
        mouse.move(start["x"] + 80, start["y"] + 30, steps=4)
        mouse.move(end["x"] + end["width"] / 2, end["y"] + 160, steps=12)

    def _is_dragged(self):
        try:
            self.page.locator(".o_kanban_record.o_dragged").wait_for(timeout=PATIENCE)
        except TimeoutError:
            return False
        return True

    def quick_create(self, column, name):
        self.column(column).locator(".o_kanban_quick_add").click()
        form = self.page.locator(".o_kanban_quick_create")
        form.locator("[name=name] input").fill(name)
        form.locator(".o_kanban_add").click()
        return self

    def toggle_fold(self, column):
        """Fold a column by its menu."""
        group = self.column(column)
        group.locator(".o_kanban_header").hover()
        group.locator(".o_group_config button").click()
        self.page.locator(".o-dropdown--menu .o_kanban_toggle_fold").click()
        return self
