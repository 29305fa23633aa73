import json
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..engine.mining_conformance import EXTRA, REPEATED, SKIPPED, WRONG_ORDER, conform
from .conveyor_process_label import CLOSING, LOST, WON
from .conveyor_process_log import BY_HASH

WALKED = SQL.identifier("conveyor_walk_lead")
KEYS_OF = {"reached": 1, "again": 1, "lost_at": 1, "arc": 2}  # how many steps a walk is about
DEVIATIONS = (SKIPPED, REPEATED, WRONG_ORDER, EXTRA)


class ConveyorProcessWalk(models.AbstractModel):
    """The ways that leads went, as the belt sees them, and which leads went a given one.

    One SELECT without temporary tables, so that lists of leads can be searched
    by it. A *walk* is plain data: a version (it gives the process and the
    documented way), the days within which the leads entered, what they did
    (``what``) and the steps that it is about (``keys``).
    """

    _name = "conveyor.process.walk"
    _description = "Ways of Leads through a Process"
    _inherit = "conveyor.process.log"

    # ------------------------------------------------------------ what happened
    @api.model
    def _paths_sql(self, process, first, last):
        """SELECT of (lead_id, user_id, outcome, path of codes, seconds) of the leads of first sales."""
        events = SQL(" UNION ALL ").join((
            self._created_sql(WALKED), self._moves_sql(WALKED), self._quotations_sql(WALKED), self._orders_sql(WALKED)))
        return SQL(
            """
            WITH %(walked)s AS MATERIALIZED (SELECT * FROM (%(leads)s) f WHERE sale_kind = 'first')
            SELECT l.lead_id, l.user_id, l.outcome, array_agg(e.code ORDER BY e.at, e.rank, e.ord) AS path,
                   extract(epoch FROM max(e.at) - min(e.at))::float8 AS seconds
              FROM (%(events)s) e JOIN %(walked)s l USING (lead_id) GROUP BY 1, 2, 3""",
            walked=WALKED, leads=self._leads_sql(process, first, last), events=events)

    @api.model
    def _read_paths(self, process, first, last, columns):
        """Rows (path as keys, columns …), one for each path and other grouping columns.

        :param columns: SQL after the path; plain columns are grouped by
        """
        self.env.flush_all()
        with self.env["conveyor.funnel.builder"]._planned_for_many(**BY_HASH):
            rows = self.env.execute_query(SQL(
                "SELECT path, %s FROM (%s) p GROUP BY path, user_id, outcome", columns, self._paths_sql(process, first, last)))
        key = self.env["conveyor.process.label"]._key
        names = {code: key(code) for path, *_rest in rows for code in path}
        return [(tuple(names[code] for code in path), *rest) for path, *rest in rows]

    # ------------------------------------------------------------ leads behind a figure
    @api.model
    def _walk(self, version, what, *keys, first=None, last=None):
        """The walk as one condition on leads, for the drill-down of tables."""
        return ("process_walk", "=", json.dumps({
            "version": version.id, "from": (first or version.date_from).isoformat(),
            "to": (last or version.date_to).isoformat(), "what": what, "keys": list(keys)}))

    @api.model
    def _leads_of(self, text):
        """Ids of the leads that went so.

        :raise UserError: the text is no walk
        """
        try:
            walk = json.loads(text)
            version_id, what, keys = int(walk["version"]), str(walk["what"]), tuple(map(str, walk["keys"]))
            first, last = date.fromisoformat(walk["from"]), date.fromisoformat(walk["to"])
            went = self._tests()[what]
            if len(keys) < KEYS_OF.get(what, 1 if what in DEVIATIONS else 0):
                raise ValueError(what)
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(self.env._("This list cannot be opened again. Open it from the figures of the process.")) from error
        version = self.env["conveyor.process.version"].search([("id", "=", version_id)])  # if the reader may see it
        if not version:
            return []
        documented, (first, last) = version._documented_path(), version.process_id._period_of(first, last)
        rows = self._read_paths(version.process_id, first, last, SQL("outcome, array_agg(lead_id)"))
        return [lead_id for path, outcome, lead_ids in rows if went(path, outcome, keys, documented) for lead_id in lead_ids]

    @api.model
    def _tests(self):
        """``{what: whether a path went so}``."""
        def found(path, outcome, documented):
            return conform(path, documented, outcome == WON, CLOSING).deviations

        def deviated(kind):
            return lambda path, outcome, keys, documented: any(
                (deviation.kind, deviation.activity) == (kind, keys[0]) for deviation in found(path, outcome, documented))

        return {
            "all": lambda path, outcome, keys, documented: True,
            "won": lambda path, outcome, keys, documented: outcome == WON,
            "lost": lambda path, outcome, keys, documented: outcome == LOST,
            "open": lambda path, outcome, keys, documented: not outcome,
            "reached": lambda path, outcome, keys, documented: keys[0] in path,
            "again": lambda path, outcome, keys, documented: path.count(keys[0]) > 1,
            "arc": lambda path, outcome, keys, documented: keys in zip(path, path[1:]),
            "path": lambda path, outcome, keys, documented: path == keys,
            "lost_at": lambda path, outcome, keys, documented: outcome == LOST and self._last_step(path) == keys[0],
            "fits": lambda path, outcome, keys, documented: not found(path, outcome, documented),
            "deviates": lambda path, outcome, keys, documented: bool(found(path, outcome, documented)),
            **{kind: deviated(kind) for kind in DEVIATIONS},
        }

    @api.model
    def _last_step(self, path):
        return next((key for key in reversed(path) if key not in CLOSING), None)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    process_walk = fields.Char(compute="_compute_process_walk", search="_search_process_walk")

    def _compute_process_walk(self):
        self.process_walk = False

    def _search_process_walk(self, operator, value):
        if operator != "in":
            return NotImplemented
        walk = self.env["conveyor.process.walk"]
        return Domain.OR([("id", "in", walk._leads_of(text))] for text in value if text)
