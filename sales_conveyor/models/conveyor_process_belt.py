from io import BytesIO

from PIL import Image

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ..engine.belt import FORWARD, KINDS, Belt, Flow, Look, Reason, Step, Words, draw, size
from .conveyor_process_label import LOST

HOUR, DAY = 3600, 86400
PAPER_INK = "#22262b"  # where there is no page to take it from


class ConveyorProcessVersion(models.Model):
    """The picture of a version as a belt, the same for screen, PDF and workbook."""

    _inherit = "conveyor.process.version"

    belt = fields.Text(compute="_compute_belt", help="How leads flow, as a picture (SVG).")

    @api.depends("picture", "texts")
    @api.depends_context("lang", "uid")
    def _compute_belt(self):
        for version in self:
            version.belt = version._belt_svg() if version.id else False

    # ------------------------------------------------------------ the belt
    def _belt_svg(self, **look):
        """The belt as the text of an SVG element, in the reader's language; empty where no lead was read.

        :param look: of :class:`~odoo.addons.sales_conveyor.engine.belt.Look`
        """
        belt = self._belt()
        return draw(belt, self._belt_words(), Look(**{"name": f"belt-{self.id}", **look})) if belt.flows or any(
            step.lost for step in belt.steps) else ""

    def _belt(self):
        """The picture as ``engine.belt.Belt``."""
        self.ensure_one()
        picture, labels, phases = self._picture(), self._labels(), self._phase_names()
        held = self._held_up(picture)
        steps = [self._belt_step(step, labels, phases, picture.get("ends", {}), held if held and held["key"] == step["key"] else None)
                 for step in picture.get("steps", ()) if step["key"] != LOST and step["count"]]
        known = {step.key for step in steps}
        flows = [Flow(arc["source"], arc["target"], arc["count"], self._short_time(arc["median_wait"]))
                 for arc in picture.get("arcs", ()) if arc["target"] in known and (arc["source"] in known or arc["source"] == LOST)]
        return Belt(tuple(steps), tuple(flows))

    def _belt_step(self, step, labels, phases, ends, held):
        stay = self._short_time(step["stay"])
        figures = [self.env._("%(time)s here", time=stay)] if stay else []
        if waiting := ends.get(step["key"], 0) if step["kind"] in ("section", "milestone", "start") else 0:
            figures.append(self.env._("%(count)s open", count=self._whole(waiting)))
        if step["kind"] == "won":
            figures = [self.env._("%(share)s of all", share=self.env["conveyor.process.change"]._percent(step["share"] or 0))]
        return Step(
            step["key"], labels.get(step["key"], step["label"]), step["count"], step["kind"] if step["kind"] in KINDS else "section",
            phases.get(step["phase"]), tuple(figures), step["lost"],
            tuple(Reason(reason["name"] or self.env._("no reason given"), reason["count"]) for reason in step["lost_reasons"]),
            self._held_up_in_words(step) if held else "")

    @api.model
    def _phase_names(self):
        return dict(self.env["crm.stage"]._fields["conveyor_phase"]._description_selection(self.env))

    # ------------------------------------------------------------ where it is held up
    @api.model
    def _held_up(self, picture):
        """The row of ``losses`` with most of them; ``None`` of few leads, of which nothing is claimed."""
        if picture.get("facts", {}).get("small", True) or len(picture.get("losses", ())) < 2:
            return None
        first, second = picture["losses"][:2]
        return first if first["count"] > second["count"] else None

    def _held_up_in_words(self, step):
        said = self.env._("most leads are lost here: %(lost)s of %(count)s that came.", lost=self._whole(step["lost"]),
                          count=self._whole(step["count"]))
        stay = self._short_time(step["stay"])
        return f"{said} {self.env._('Half of them stay no longer than %(time)s.', time=stay)}" if stay else said

    # ------------------------------------------------------------ words
    def _belt_words(self):
        env = self.env
        return Words(
            title=self.display_name, summary=self._belt_summary(), number=self._whole,
            step=env._("%(step)s: %(count)s leads"),
            forward=env._("%(count)s × from %(source)s to %(target)s"),
            back=env._("%(count)s × back from %(source)s to %(target)s"),
            again=env._("%(count)s lost ones were taken up again in %(target)s"),
            wait=env._("(half of them within %(wait)s)"),
            lost=env._("%(count)s were lost after %(step)s"),
            marked=env._("%(step)s: %(why)s"),
            more=env._("+%(arcs)s thinner flows (%(count)s ×) are not drawn"),
            fallen=env._("%(count)s lost"), other=env._("%(count)s other"), again_short=env._("↑ %(count)s again"),
            legend={FORWARD: env._("on, as wide as there are leads; half of them within the time written"),
                    "back": env._("back"), "lost": env._("lost, with the reasons given")})

    def _belt_summary(self):
        return self.env._(
            "Leads that entered from %(first)s to %(last)s: %(leads)s, of which %(sales)s were won.",
            first=format_date(self.env, self.date_from), last=format_date(self.env, self.date_to),
            leads=self._whole(self.leads_in), sales=self._whole(self.sales_out))

    @api.model
    def _whole(self, number):
        return formatLang(self.env, number, digits=0)

    @api.model
    def _short_time(self, seconds):
        """For instance *12 d*, *3.5 d*, *2 h*; empty of none and of what happened at once."""
        if not seconds or seconds < 60:
            return ""
        unit = DAY if seconds >= DAY else HOUR if seconds >= HOUR else 60
        number = formatLang(self.env, seconds / unit, digits=1 if seconds / unit < 9.95 and round(seconds / unit, 1) % 1 else 0)
        words = {DAY: self.env._("%(number)s d"), HOUR: self.env._("%(number)s h"), 60: self.env._("%(number)s min")}
        return words[unit] % {"number": number}

    # ------------------------------------------------------------ on paper
    def _belt_image(self, zoom=2):
        """PNG of the belt, so many times as large; ``None`` of no leads, or where this server has no wkhtmltoimage."""
        look = {"ink": PAPER_INK, "paper": "#ffffff", "zoom": zoom}
        svg, report = self._belt_svg(**look), self.env["ir.actions.report"]
        if not svg:
            return None
        page = f'<!DOCTYPE html><html><head><meta charset="utf-8"/></head><body style="margin:0">{svg}</body></html>'
        width, height = (int(pixels) + 1 for pixels in size(self._belt(), self._belt_words(), Look(**look)))
        try:
            return _packed(report._run_wkhtmltoimage([page], width, height, "png")[0])
        except UserError:  # it is not there, or too old
            return None


def _packed(png):
    """The PNG with few colours, which the belt needs, and compressed, which wkhtmltoimage does not do."""
    if not png:
        return None
    stream = BytesIO()
    Image.open(BytesIO(png)).convert("RGB").quantize(128).save(stream, "PNG", optimize=True)
    return stream.getvalue()
