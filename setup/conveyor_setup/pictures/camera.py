"""A browser that is logged in, as the administrator at first, and saves what it sees as a small PNG."""
import io
from contextlib import contextmanager

from PIL import Image
from playwright.sync_api import sync_playwright

SIZE = {"width": 1366, "height": 768}
TALL = {"width": 1366, "height": 1080}
PHONE = {"width": 390, "height": 760}
LIMIT_KB = 150
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; caret-color: transparent; }"
QUIET = "() => !document.querySelector('.o_loading_indicator, .o_blockUI') && [...document.images].every(i => i.complete)"


class Camera:
    def __init__(self, page, url, folder, language):
        self.page, self.url, self.folder, self.language = page, url, folder, language

    @contextmanager
    def person(self, login, phone=False):
        """Another camera, in the hands of this user of the demo company."""
        context = self.page.context.browser.new_context(
            viewport=PHONE if phone else SIZE, has_touch=phone, **place(self.language))
        try:
            lens = Camera(context.new_page(), self.url, self.folder, self.language)
            lens.log_in(login)
            yield lens
        finally:
            context.close()

    @contextmanager
    def taller(self):
        """For screens that are worth showing whole."""
        self.page.set_viewport_size(TALL)
        yield
        self.page.set_viewport_size(SIZE)

    def log_in(self, login="admin"):
        page = self.page
        page.goto(f"{self.url}/web/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", login)
        page.click("button[type=submit]")
        page.wait_for_selector(".o_web_client .o_main_navbar")
        user = self.call("res.users", "search", [[["login", "=", login]]])
        self.call("res.users", "write", [user, {"lang": self.language}])

    def call(self, model, method, args=(), **kwargs):
        """A method of Odoo, in the name of the user who is logged in."""
        answer = self.page.request.post(f"{self.url}/web/dataset/call_kw/{model}/{method}", data={
            "jsonrpc": "2.0", "params": {"model": model, "method": method, "args": list(args), "kwargs": kwargs}})
        data = answer.json()
        if "error" in data:
            raise RuntimeError(data["error"]["data"]["message"])
        return data["result"]

    def record(self, xmlid):
        """Database id of a record by its external id."""
        module, name = xmlid.split(".")
        return self.call("ir.model.data", "search_read", [[["module", "=", module], ["name", "=", name]], ["res_id"]]
                         )[0]["res_id"]

    def open(self, path, wait_for):
        """A screen by its path below /odoo/."""
        self.page.goto(f"{self.url}/odoo/{path}")
        self.page.wait_for_selector(wait_for)
        self.settle()

    def settle(self):
        """Until nothing is loading or moving any more."""
        self.page.add_style_tag(content=STILL)
        self.page.wait_for_timeout(500)
        self.page.wait_for_function(QUIET)

    def shoot(self, name, part=None):
        """Save the screen, or one part of it, as NAME.png."""
        self.settle()
        shown = self.page.locator(part).first if part else self.page
        data = small(shown.screenshot())
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{name}.png").write_bytes(data)
        print(f"{name}.png: {len(data) // 1024} KB", flush=True)


def place(language):
    return {"locale": language.replace("_", "-"), "timezone_id": "UTC"}


def small(data):
    """The picture with as many colours as fit into the limit."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    for colours in (256, 128, 64, 32):
        stream = io.BytesIO()
        picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            stream, "PNG", optimize=True)
        if stream.tell() <= LIMIT_KB * 1024:
            break
    return stream.getvalue()


@contextmanager
def camera(url, chromium, folder, language):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--hide-scrollbars"])
        try:
            lens = Camera(browser.new_page(viewport=SIZE, **place(language)), url, folder, language)
            lens.log_in()
            yield lens
        finally:
            browser.close()
