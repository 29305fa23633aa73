from odoo.exceptions import UserError


class GateError(UserError):
    """A client may not leave a section: required work is missing.

    Everywhere a plain ``UserError`` whose text lists what is missing. The web
    client knows the class by name and offers the remedies in its dialog, for
    which ``context`` carries plain data: ``to_stage_id``, ``can_waive`` and
    ``leads``, a list of ``{id, name, works: [{id, item_id, name, how}]}``.
    """

    def __init__(self, message, context):
        super().__init__(message)
        self.context = context


class NotEntitled(UserError):
    """Somebody may not get what was meant for him; the text says why."""
