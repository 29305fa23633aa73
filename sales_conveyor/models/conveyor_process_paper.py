from base64 import b64encode

from odoo import models
from odoo.tools import format_amount, format_date, plaintext2html

from ..engine.belt import Look, size
from .conveyor_process_belt import PAPER_INK
from .conveyor_process_label import LOST
from .conveyor_process_text import STEP

PAGE_PIXELS = 700               # a belt so wide fills the page's width
PAGE_WIDTH, PAGE_HEIGHT = 186, 235  # millimetres between the margins, less a line
MOST_SHRUNK = 1.3               # a belt that is wider by more than this stands turned
TABLES = {             # key: (columns, rows at most)
    "months": (None, 24),
    "variants": (("path", "count", "share", "conversion", "days"), 12),
    "losses": (("step", "count", "share", "reasons"), None),
    "waits": (("way", "median", "count"), 8),
    "first_contacts": (None, 10),
}


class ConveyorProcessVersion(models.Model):
    """A version as a document that one hands to a new employee."""

    _inherit = "conveyor.process.version"

    def _paper(self):
        """What the template ``conveyor_process_document`` shows, finished, in the reader's language."""
        self.ensure_one()
        tables = self._tables()
        text = self.env["conveyor.table.text"]
        return {
            "facts": self._paper_facts(), "origin": self._paper_origin(), "belt": self._paper_belt(),
            "figures": [(row.cells["figure"], text._cell(tables["figures"], row, tables["figures"].column("value")), row.note)
                        for row in tables["figures"].rows],
            "steps": self._paper_steps(tables["steps"]),
            "tables": [text._plain(tables[key], *how) for key, how in TABLES.items() if key in tables and tables[key].rows],
            "avoid": self._paper_avoid(), "is_small": self._picture().get("facts", {}).get("small"),
            "timezone": self._picture().get("facts", {}).get("timezone"),
        }

    def _said(self):
        """What people say about the process; the cost of a lead only to whoever may see money."""
        self.check_access("read")
        texts = self.sudo().texts or {}  # the words are for every reader of the version, the cost is taken out
        return texts if self._sees_all() else {name: value for name, value in texts.items() if name != "origin_cost"}

    # ------------------------------------------------------------ head
    def _paper_facts(self):
        env, texts, process = self.env, self._said(), self.process_id
        states = dict(self._fields["state"]._description_selection(env))
        facts = [
            (env._("Owner"), texts.get("owner")),
            (env._("Version"), env._("%(number)s (%(state)s)", number=self.number, state=states[self.state])),
            (env._("Documented"), " · ".join(filter(None, (self.date and format_date(env, self.date), self.user_id.sudo().name)))),
            (env._("Leads entered"), f"{format_date(env, self.date_from)} – {format_date(env, self.date_to)}"),
            (env._("Goal"), ", ".join(filter(None, (texts.get("goal"), texts.get("goal_product"))))),
        ]
        for field in ("source_ids", "medium_ids", "campaign_ids", "team_id", "company_id"):
            facts.append((process._fields[field]._description_string(env), ", ".join(process[field].sudo().mapped("display_name"))))
        return [(label, value) for label, value in facts if value]

    def _paper_origin(self):
        """How the source makes leads: (label, text)."""
        texts, fields_of = self._said(), self.env["conveyor.process"]._fields
        said = [(fields_of[name]._description_string(self.env), plaintext2html(texts[name]))
                for name in ("origin_who", "origin_steps", "origin_promise", "first_contact") if texts.get(name)]
        if texts.get("origin_cost"):
            said.insert(2, (fields_of["origin_cost"]._description_string(self.env),
                            format_amount(self.env, texts["origin_cost"], self.currency_id or self.env.company.currency_id)))
        return said

    def _paper_belt(self):
        """The belt as an image, as wide as the page; turned, on a page of its own, where it would be too small to read."""
        if not self._belt_svg():
            return None
        width, _height = size(self._belt(), self._belt_words(), Look(width=PAGE_PIXELS))
        is_turned = width > MOST_SHRUNK * PAGE_PIXELS
        look = {"ink": PAPER_INK, "width": PAGE_PIXELS, "turned": is_turned}
        width, height = size(self._belt(), self._belt_words(), Look(**look))
        whole_page = PAGE_HEIGHT / PAGE_WIDTH * width / height  # share of the page's width at which it is as high as the page
        return {
            "image": b64encode(self._belt_svg(**look).encode()).decode(), "is_turned": is_turned,
            "percent": round(100 * min(1, whole_page if is_turned else width / PAGE_PIXELS), 1), "text": self._belt_summary()}

    # ------------------------------------------------------------ step by step
    def _paper_steps(self, table):
        """Each step with its figures and what people say about it."""
        text, said = self.env["conveyor.table.text"], {step["key"]: step for step in self._said().get("steps", ())}
        keys = ("leads", "share", "passed", "stay", "norm", "lost", "contacts")
        found = []
        for row in table.rows:
            own = said.pop(row.key, {})
            if row.key != LOST and (row.cells.get("leads") or own):
                figures = [(table.column(key).label, text._cell(table, row, table.column(key)))
                           for key in keys if row.cells.get(key) not in (None, "")]
                found.append({"name": row.cells["step"], "figures": figures, "next": self._paper_next(row.key), "said": self._paper_said(own)})
        labels = self.env["conveyor.process.label"]._labels_or(said, {key: step["label"] for key, step in said.items()})
        return found + [{"name": labels[key], "figures": [], "next": "", "said": self._paper_said(step)}
                        for key, step in said.items() if any(step[name] for name in STEP)]

    def _paper_said(self, step):
        fields_of = self.env["conveyor.process.step"]._fields
        return [(fields_of[name]._description_string(self.env), plaintext2html(step[name])) for name in STEP if step.get(name)]

    def _paper_next(self, key):
        """The step that comes most often after one, with its share."""
        arcs = [arc for arc in self._picture().get("arcs", ()) if arc["source"] == key]
        onwards = [arc for arc in arcs if arc["target"] != LOST]
        if not onwards:
            return ""
        top = max(onwards, key=lambda arc: arc["count"])
        share = top["count"] / sum(arc["count"] for arc in arcs)
        return self.env._("%(step)s (%(share)s)", step=self._labels()[top["target"]], share=self.env["conveyor.process.change"]._percent(share))

    # ------------------------------------------------------------ what to avoid
    def _paper_avoid(self):
        """Mistakes that people name, and what history shows: (where, text)."""
        labels, picture = self._labels(), self._picture()
        avoid = [(labels.get(step["key"], step["label"]), plaintext2html(step["mistakes"]))
                 for step in self._said().get("steps", ()) if step.get("mistakes")]
        if losses := picture.get("losses"):
            first = losses[0]
            avoid.append((labels[first["key"]], self.env._(
                "Most losses are here: %(count)s of %(all)s. %(reasons)s", count=self._whole(first["count"]),
                all=self._whole(sum(row["count"] for row in losses)), reasons=self._reasons_in_words(first["reasons"][:3]))))
        back = [arc for arc in picture.get("arcs", ()) if arc["kind"] == "back" and arc["source"] != LOST]
        if back:
            top = max(back, key=lambda arc: arc["count"])
            avoid.append((labels[top["source"]], self.env._("Most often leads come back from here to %(step)s, times: %(count)s.",
                                                            step=labels[top["target"]], count=self._whole(top["count"]))))
        return avoid

    def _paper_filename(self):
        """For instance *Leads of the fair, version 2*."""
        return self.display_name
