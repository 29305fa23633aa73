"""Leads with a past, for first-sale processes: made from outside, over RPC, as an import of the past does."""

from datetime import datetime, timedelta, timezone

CLOSED = {"won": {"probability": 100}, "lost": {"active": False, "probability": 0}}


def moment(days):
    """So many days before now."""
    return (datetime.now(timezone.utc) - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")


class Histories:
    """Leads of one source in a shop, and the process that covers them."""

    def __init__(self, clients, role="seller"):
        self.clients, self.shop, self.admin = clients, clients.shop, clients.admin
        self.user = clients.people[role].uid
        self.manager = clients.people["manager"]
        self.source = self.admin.create("utm.source", {"name": f"Fair {self.shop.key}"})
        self.name = f"Leads of the fair {self.shop.key}"
        self.process = self.admin.create("conveyor.process", {
            "name": self.name, "source_ids": [[6, 0, [self.source]]], "owner_id": self.manager.uid,
            "step_ids": [[0, 0, {"stage_id": self.shop.sections["needs"], "script": "What is it for?"}]]})

    def lead(self, *steps, end=None, called=False):
        """:param steps: (section, days before now), in order
        :param end: won or lost, a minute from now
        :param called: whether he was called just now"""
        last = "won" if end == "won" else steps[-1][0]
        lead, name = self.shop.lead(self.user, last, "Lamp", source_id=self.source, expected_revenue=100)
        if called:
            self.clients.touch(lead, outcome="reached")
        rows = [{"lead_id": lead, "to_stage_id": self.shop.sections[section], "date": moment(days), "user_id": self.user,
                 "kind": "forward" if place else "enter"} for place, (section, days) in enumerate(steps)]
        if end:
            rows.append({"lead_id": lead, "to_stage_id": self.shop.sections[last], "kind": end, "date": moment(-1 / 1440), "user_id": self.user})
            self.admin.write("crm.lead", [lead], CLOSED[end])
        self.admin.create("conveyor.transition", rows)
        return lead, name

    def usual(self, won=4, lost=2):
        """So many that are won over needs and offer, and so many that leave the needs out and are lost."""
        for _number in range(won):
            self.lead(("new", 20), ("needs", 18), ("offer", 10), end="won", called=True)
        for _number in range(lost):
            self.lead(("new", 20), ("offer", 15), end="lost")
        return self

    def document(self, current=True):
        """:return: id of the version"""
        rpc = self.clients.people.rpc("manager")
        version = rpc.call("conveyor.process", "action_document", [self.process])["res_id"]
        if current:
            rpc.call("conveyor.process.version", "action_make_current", [version])
        return version

    def close(self):
        """Documented processes are kept: it is put away."""
        self.admin.write("conveyor.process", [self.process], {"active": False})
