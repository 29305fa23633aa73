"""*My touches today*: the queue, the card of one client, the end of the day."""

from playwright.sync_api import expect

from .web_client import WebClient

SALES, ENTRY = "crm.crm_menu_sales", "sales_conveyor.menu_conveyor_my_day"


class MyDay(WebClient):

    def open(self):
        super().open("my-day")
        return self.ready()

    def open_by_menu(self):
        """CRM > Sales > My Touches Today, with the mouse."""
        super().open("next-touches").menu(SALES, ENTRY)
        return self.ready()

    def ready(self):
        expect(self.page.locator(".o_conveyor_day_card, .o_conveyor_day_end").first).to_be_visible()
        return self

    # ------------------------------------------------------------ the queue
    @property
    def items(self):
        return self.page.locator(".o_conveyor_day_item")

    def item(self, lead):
        return self.page.locator(f".o_conveyor_day_item[data-key='crm.lead-{lead}']")

    def queue(self):
        """``[(group, record)]`` as they stand at the left."""
        return self.items.evaluate_all("items => items.map(item => [item.dataset.group, item.dataset.key])")

    @property
    def headings(self):
        return self.page.locator(".o_conveyor_day_heading")

    def figures(self):
        """(done, all of today)"""
        count = self.page.locator(".o_conveyor_day_count")
        return int(count.get_attribute("data-done")), int(count.get_attribute("data-total"))

    def expect_figures(self, done, total):
        expect(self.page.locator(f".o_conveyor_day_count[data-done='{done}'][data-total='{total}']")).to_be_visible()

    def choose(self, lead):
        self.item(lead).click()
        return self.expect_card(lead)

    # ------------------------------------------------------------ the card
    @property
    def card(self):
        return self.page.locator(".o_conveyor_day_card")

    def expect_card(self, lead):
        expect(self.page.locator(f".o_conveyor_day_card[data-key='crm.lead-{lead}']")).to_be_visible()
        return self

    def result(self, name):
        return self.card.locator(f"[data-result={name}]")

    def press(self, key):
        self.page.keyboard.press(key)
        return self

    @property
    def next_date(self):
        return self.card.locator(".o_conveyor_day_date input")

    @property
    def next_channel(self):
        return self.card.locator(".o_conveyor_day_channel")

    @property
    def note(self):
        return self.card.locator(".o_conveyor_day_note")

    @property
    def done_button(self):
        return self.card.locator(".o_conveyor_done")

    @property
    def end(self):
        return self.page.locator(".o_conveyor_day_end")

    # ------------------------------------------------------------ phone
    def toggle_list(self):
        self.page.locator(".o_conveyor_day_toggle").click()
        return self

    def swipe(self, pixels):
        """A finger goes sideways over the card, to the left with a negative number."""
        touch = self.page.context.new_cdp_session(self.page)
        start, height = (300 if pixels < 0 else 60), 300
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": start, "y": height}]})
        for part in (.25, .5, .75, 1):
            point = {"x": start + pixels * part, "y": height}
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        return self
