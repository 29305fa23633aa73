"""The world of one test: a team with sections, work and leads of its own, made over RPC."""

LANGUAGE = "en_US"
SECTIONS = (("new", "New", {"conveyor_phase": "lead_generation"}), ("needs", "Needs", {}), ("offer", "Offer", {}),
            ("won", "Won", {"is_won": True}))


class Shop:
    """Team with the sections New, Needs, Offer and Won, ahead of everybody's.

    Names end with the shop's ``key``, so that a text on a screen means one
    record only. ``sections`` maps new, needs, offer, won to ids, ``names`` to
    their names.
    """

    def __init__(self, admin, key, members, leader):
        self.admin, self.key = admin, key
        self.team_name = f"Shop {key}"
        self.team = admin.create("crm.team", {
            "name": self.team_name, "use_opportunities": True, "use_leads": True, "user_id": leader,
            "company_id": False, "member_ids": [[6, 0, members]]})
        [first] = admin.search_read("crm.stage", [], ["sequence"], limit=1, order="sequence, id")
        start = first["sequence"] - len(SECTIONS)
        self.names = {place: f"{name} {key}" for place, name, _values in SECTIONS}
        ids = admin.create("crm.stage", [
            {"name": self.names[place], "sequence": start + number, "team_ids": [[6, 0, [self.team]]], **values}
            for number, (place, _name, values) in enumerate(SECTIONS)])
        self.sections = {place: stage_id for (place, _name, _values), stage_id in zip(SECTIONS, ids)}

    def set_section(self, place, **values):
        self.admin.write("crm.stage", [self.sections[place]], values)

    def item(self, place, name, **values):
        """Required standard work of a section; its proof is done by default."""
        return self.admin.create("conveyor.work.item", {
            "stage_id": self.sections[place], "name": f"{name} {self.key}", "required": True, **values})

    def field_item(self, place, name, field):
        """Work that is proved by a field of the lead."""
        [field_id] = self.admin.search("ir.model.fields", [["model", "=", "crm.lead"], ["name", "=", field]])
        return self.item(place, name, proof="field", proof_field_ids=[[6, 0, [field_id]]])

    def lead(self, user, place="needs", name="Lamp", **values):
        """:return: (id, name) of an opportunity of the user's"""
        name = f"{name} {self.key}"
        return self.admin.create("crm.lead", {
            "name": name, "type": "opportunity", "team_id": self.team, "user_id": user,
            "stage_id": self.sections[place], **values}), name

    def section_of(self, lead):
        """Which of the shop's sections a lead is in."""
        [row] = self.admin.read("crm.lead", [lead], ["stage_id"])
        return {stage_id: place for place, stage_id in self.sections.items()}.get(row["stage_id"][0])

    def debts(self, lead):
        """Names of the work that the lead owes."""
        rows = self.admin.search_read(
            "conveyor.work", [["lead_id", "=", lead], ["is_debt", "=", True], ["state", "=", "todo"]], ["item_id"])
        return [row["item_id"][1] for row in rows]

    def close(self):
        """Its leads go, so that other tests' pipelines stay as they were."""
        everything = {"active_test": False}
        leads = self.admin.search("crm.lead", [["team_id", "=", self.team]], context=everything)
        self.admin.call("crm.lead", "unlink", leads)
