from odoo import fields, models
from odoo.tools import SQL


class ConveyorAllowedAction(models.Model):
    """The server actions that an administrator has marked for cadences: their
    names only, for sales managers, who may not read server actions."""

    _name = "conveyor.allowed.action"
    _description = "Server Action for Cadences"
    _auto = False
    _order = "name, id"

    name = fields.Char(translate=True, readonly=True)
    model = fields.Char(readonly=True)

    _depends = {"ir.actions.server": ["name", "model_name", "conveyor_allowed"]}

    @property
    def _table_query(self):
        return SQL("""SELECT a.id, a.name, m.model FROM ir_act_server a JOIN ir_model m ON m.id = a.model_id
                       WHERE a.conveyor_allowed""")
