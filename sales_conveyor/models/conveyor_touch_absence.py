from odoo import models

from ..engine import touch as engine

SPOKEN = {*engine.RESULTS[engine.SPOKEN], "held"} - {"no_answer"}  # results with which the client may have said why


class ConveyorTouchLog(models.AbstractModel):
    """In the small sheet after a touch, too: why a silent customer stayed away."""

    _inherit = "conveyor.touch.log"

    def get_touch_sheet(self, channel, outcome=False, activity_id=None):
        """As before, and ``absences``: ``[{"id", "name"}]`` of the reasons that a silent customer may have, empty of all
        others and of whom one has not spoken with; ``absence_reason_id``: the one that is known."""
        sheet = super().get_touch_sheet(channel, outcome, activity_id)
        client = self._absent_client() if outcome in SPOKEN else self.env["res.partner"]
        reasons = self.env["conveyor.absence.reason"].search([]) if client else ()
        return {**sheet, "absences": [{"id": reason.id, "name": reason.name} for reason in reasons],
                "absence_reason_id": client.conveyor_absence_reason_id.id}

    def action_log_touch(self, *args, absence_reason_id=False, **kwargs):
        """As before.

        :param absence_reason_id: why the silent customer stayed away, as he said now; False: nothing new
        """
        touch_id = super().action_log_touch(*args, **kwargs)
        if absence_reason_id and (client := self._absent_client()):
            self.env["conveyor.reactivation"]._record_absence(
                client, self.env["conveyor.absence.reason"].browse(absence_reason_id).exists())
        return touch_id

    def action_note_absence(self, absence_reason_id):
        """Put the reason back that was known before, when the touch is taken back."""
        self.ensure_one()
        self.check_access("write")
        if client := self._absent_client():
            self.env["conveyor.reactivation"]._record_absence(
                client, self.env["conveyor.absence.reason"].browse(absence_reason_id or []).exists())
        return True

    def _absent_client(self):
        """The customer, where he is silent; else nobody."""
        client = self.partner_id if self._name == "crm.lead" else self
        seen = client and self.env.user.has_group("sales_team.group_sale_salesman")
        return client if seen and client.conveyor_is_absent else client.browse()
