"""The funnel's screen: filters, tiles, sections, tables."""

from urllib.parse import urlencode

from playwright.sync_api import TimeoutError, expect

from .web_client import WebClient

PATIENCE = 10_000  # milliseconds for a menu to slide in


class Funnel(WebClient):

    def open(self, **query):
        """With a query as in the address bar, e.g. ``team_ids=3, period="all_time"``."""
        super().open("funnel" + (f"?{urlencode(query)}" if query else ""))
        return self.ready()

    def ready(self):
        """Until the figures of the last query are there."""
        expect(self.page.locator(".o_conveyor_funnel_body[aria-busy=false]")).to_be_visible()
        expect(self.page.locator(".o_conveyor_tiles, .o_conveyor_empty")).to_be_visible()
        return self

    # ------------------------------------------------------------ filters
    def filter(self, name):
        return self.page.locator(f"[data-filter={name}]")

    def choose_period(self, period):
        self._choose("period", f"[data-period={period}]")
        return self.ready()

    def choose_dates(self, first, last):
        """Dates as the user's language writes them."""
        self.choose_period("custom")
        for field, value in (("date_from", first), ("date_to", last)):
            box = self.page.locator(f"#conveyor_{field}")
            box.fill(value)
            box.press("Enter")
            expect(box).to_have_value(value)
            self.ready()
        return self

    def choose_record(self, name, text):
        """Search for a record in a filter and tick it."""
        self.filter(name).click()
        menu = self.page.locator(".o_conveyor_filter_menu")
        menu.locator("input[type=text]").fill(text)
        menu.locator(".o-dropdown-item").filter(has_text=text).click()
        self.page.keyboard.press("Escape")
        return self.ready()

    def choose_sale_kind(self, kind):
        self._choose("sale_kind", f"[data-sale-kind={kind}]")
        return self.ready()

    def _choose(self, name, item):
        """On a phone the menu slides in from below: what is chosen must have arrived. A menu that lets go while it
        slides, on a slow machine, is opened again, as a person would."""
        for is_last in (False, False, True):
            if not self.page.locator(item).count():
                self.filter(name).click()
            try:
                expect(self.page.locator(item)).to_be_in_viewport(ratio=1, timeout=PATIENCE)
                self.page.locator(item).click(timeout=PATIENCE)
                break
            except (AssertionError, TimeoutError):
                if is_last:
                    raise
        expect(self.page.locator(item)).to_have_count(0)

    def count_by(self, counting):
        button = self.page.locator(f"[data-counting={counting}]")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        return self.ready()

    # ------------------------------------------------------------ figures
    def tile(self, key):
        """A tile or a small figure in one."""
        return self.page.locator(f".o_conveyor_tiles [data-key={key}]")

    def expect_tiles(self, **figures):
        for key, value in figures.items():
            expect(self.tile(key)).to_have_attribute("data-value", str(value))
        return self

    def number(self, key):
        return float(self.tile(key).get_attribute("data-value"))

    def row(self, section):
        """The row of a section (its id)."""
        return self.page.locator(f"tr.o_conveyor_funnel_row[data-section='{section}']")

    def cell(self, section, key):
        return self.row(section).locator(f"td[data-key={key}]")

    def expect_cells(self, section, **figures):
        for key, value in figures.items():
            expect(self.cell(section, key)).to_have_attribute("data-value", str(value))
        return self

    def sections(self):
        """``[{column's label: value as text}]`` of the funnel as it stands on the screen."""
        return self._read(".o_conveyor_sections", "tr.o_conveyor_funnel_row")

    def table(self, key):
        """The same of one of the tables below, after a click on its tab."""
        self.page.locator(f"[data-tab={key}]").click()
        expect(self.page.locator(f".o_conveyor_table[data-table={key}]")).to_be_visible()
        return self._read(f".o_conveyor_table[data-table={key}]", "tr[data-row]")

    def _read(self, table, rows):
        return self.page.locator(table).evaluate("""(table, rows) => {
            const heads = [...table.querySelectorAll("thead th")];
            const label = (key) => heads.find((head) => head.dataset.key === key)?.textContent;
            return [...table.querySelectorAll(rows)].map((row) => Object.fromEntries([
                [heads[0].textContent, row.querySelector("th").firstChild.textContent],
                ...[...row.querySelectorAll("td[data-key]")].map(
                    (cell) => [label(cell.dataset.key), cell.dataset.value === "null" ? "" : cell.dataset.value])]));
        }""", rows)

    # ------------------------------------------------------------ ways on
    def leads_behind(self, figure):
        """Follow a number; returns how many leads the list says it has. Then back."""
        figure.locator("button.o_conveyor_figure").first.click()
        expect(self.page.locator(".o_list_renderer")).to_be_visible()
        count = int(self.pager().inner_text().replace(",", ""))
        self.page.locator(".o_breadcrumb a, .o_back_button").first.click()
        self.ready()
        return count

    def download(self, path):
        """Save the workbook as ``path``; returns the name that the browser would give it."""
        with self.page.expect_download() as download:
            self.page.locator(".o_conveyor_download").click()
        download.value.save_as(path)
        return download.value.suggested_filename
