from odoo import api, models

from .conveyor_work_item import CHANNELS

CREATED, QUOTATION, ORDER, WON, LOST = MILESTONES = ("created", "quotation", "order", "won", "lost")
CLOSING = (WON, LOST)
CHANNEL_KEYS = tuple(key for key, _label in CHANNELS)
DIRECTIONS = ("out", "in")
TOUCH, STAGE = 100, 1000  # numbers of keys begin there; in between there is room


class ConveyorProcessLabel(models.AbstractModel):
    """Keys of steps: as text in documents, as small numbers in the database, as words for the reader.

    ``created``, ``stage:7``, ``quotation``, ``order``, ``won``, ``lost``, ``touch:call:out``
    """

    _name = "conveyor.process.label"
    _description = "Steps of a Process in Words"

    # ------------------------------------------------------------ numbers
    @api.model
    def _key(self, code):
        """The key of a number of the event log."""
        if code >= STAGE:
            return f"stage:{code - STAGE}"
        if code >= TOUCH:
            channel, direction = divmod(code - TOUCH, len(DIRECTIONS))
            return f"touch:{CHANNEL_KEYS[channel]}:{DIRECTIONS[direction]}"
        return MILESTONES[code - 1]

    @api.model
    def _code(self, key):
        """The number of a key."""
        if key.startswith("stage:"):
            return STAGE + self._stage_id(key)
        if key.startswith("touch:"):
            _touch, channel, direction = key.split(":")
            return TOUCH + CHANNEL_KEYS.index(channel) * len(DIRECTIONS) + DIRECTIONS.index(direction)
        return MILESTONES.index(key) + 1

    @api.model
    def _stage_id(self, key):
        """Id of the section that a key names, or None."""
        return int(key[6:]) if key.startswith("stage:") else None

    @api.model
    def _is_key(self, key):
        try:
            return self._key(self._code(key)) == key
        except ValueError:
            return False

    # ------------------------------------------------------------ words
    @api.model
    def _labels(self, keys):
        """``{key: label in the reader's language}``; a section that is gone has its number."""
        keys = set(keys)
        stages = self.env["crm.stage"].sudo().browse(  # names of sections are no secret
            filter(None, (self._stage_id(key) for key in keys))).exists()
        names = {f"stage:{stage.id}": stage.name for stage in stages}
        words = self._words()
        return {key: names.get(key) or words.get(key) or self._gone(key) for key in keys}

    @api.model
    def _labels_or(self, keys, names):
        """As ``_labels``, but a section that is gone keeps the name that it had."""
        gone = {key for key in keys if key.startswith("stage:")} - self._standing(keys)
        return {**self._labels(keys), **{key: names[key] for key in gone if key in names}}

    @api.model
    def _standing(self, keys):
        """Those keys of sections that are there still."""
        ids = list(filter(None, map(self._stage_id, keys)))
        return {f"stage:{stage.id}" for stage in self.env["crm.stage"].sudo().browse(ids).exists()}

    @api.model
    def _names_of_several(self):
        """Names that more than one section has."""
        names = self.env["crm.stage"].sudo().search([]).mapped("name")
        return {name for name in names if names.count(name) > 1}

    @api.model
    def _gone(self, key):
        return self.env._("Section %(number)s, deleted", number=key[6:]) if key.startswith("stage:") else key

    @api.model
    def _words(self):
        channels = dict(self.env["conveyor.touch"]._fields["channel"]._description_selection(self.env))
        to, back = self.env._("%(channel)s to the client"), self.env._("%(channel)s from the client")
        touches = {f"touch:{key}:{direction}": words % {"channel": label} for key, label in channels.items()
                   for direction, words in (("out", to), ("in", back))}
        return {
            CREATED: self.env._("Lead created"), QUOTATION: self.env._("Quotation sent"),
            ORDER: self.env._("Order confirmed"), WON: self.env._("Won"), LOST: self.env._("Lost"), **touches,
            "touch:meeting:out": self.env._("Meeting with the client"), "touch:meeting:in": self.env._("Meeting the client asked for"),
            "touch:other:out": self.env._("Other contact by us"), "touch:other:in": self.env._("Other contact by the client")}
