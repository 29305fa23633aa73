"""Clients whom one can touch, and what has passed with them: made from outside, over RPC."""

from datetime import datetime, timedelta, timezone
from email.utils import formatdate

REPLY = """From: {name} <{email}>
To: us@example.com
Subject: Re: Lamp
Message-Id: <reply-{lead}-{key}@example.com>
Date: {date}
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"

{text}
"""
ACTIVITIES = {"call": "mail.mail_activity_data_call", "email": "mail.mail_activity_data_email"}


def day(ahead=0):
    """Today, or so many days from it, for people who live by UTC."""
    return (datetime.now(timezone.utc).date() + timedelta(days=ahead)).isoformat()


class Clients:
    """Leads of a shop with a person behind them, for one salesperson (or whom one names)."""

    def __init__(self, shop, people, role="seller"):
        self.shop, self.people, self.role = shop, people, role
        self.admin, self.key = shop.admin, shop.key
        self._made = []

    def add(self, name, place="needs", **values):
        """:return: (lead, the client's whole name)"""
        partner, whole = self.customer(name)
        role = values.pop("role", self.role)
        lead, _title = self.shop.lead(
            self.people[role].uid, place, f"Lamp for {name}", partner_id=partner, expected_revenue=1000, **values)
        return lead, whole

    def customer(self, name, **values):
        """:return: (partner, his whole name)"""
        whole = f"{name} {self.key}"
        partner = self.admin.create("res.partner", {
            "name": whole, "email": f"{name.lower()}-{self.key}@example.com", "phone": f"+3245600{len(self._made):04d}",
            "street": "High Street 1", "city": "Ghent", "zip": "9000", **values})
        self._made.append(partner)
        return partner, whole

    def touch(self, lead, channel="call", outcome="no_answer", role=None, **values):
        """A touch as a program logs it."""
        rpc = self.people.rpc(role or self.role)
        return rpc.call("crm.lead", "action_log_touch", [lead], channel=channel, outcome=outcome, **values)

    def promise(self, lead, channel="call", days=0, summary="Call about the price", role=None):
        """A planned touch that somebody has agreed with the client."""
        person = self.people[role or self.role]
        return self.people.rpc(role or self.role).create("mail.activity", {
            "res_model_id": self.admin.ref("crm.model_crm_lead"), "res_id": lead, "user_id": person.uid, "summary": summary,
            "activity_type_id": self.admin.ref(ACTIVITIES[channel]),
            "date_deadline": day(days)})

    def reply(self, lead, text):
        """A mail of the client's comes in through the gateway."""
        [row] = self.admin.read("crm.lead", [lead], ["partner_name", "partner_id", "email_from"])
        message = REPLY.format(
            name=row["partner_id"][1], email=row["email_from"], lead=lead, key=self.key, text=text,
            date=formatdate())
        self.admin.call("mail.thread", "message_process", "crm.lead", message, thread_id=lead)

    def touches(self, lead):
        """``[(channel, result, note)]``, the latest first."""
        rows = self.admin.search_read("conveyor.touch", [["lead_id", "=", lead]], ["channel", "outcome", "note"], order="id desc")
        return [(row["channel"], row["outcome"], row["note"]) for row in rows]

    def read(self, lead, *fields):
        [row] = self.admin.read("crm.lead", [lead], list(fields))
        return row

    def close(self):
        partners = self.admin.search("res.partner", [["id", "in", self._made]], context={"active_test": False})
        self.admin.write("res.partner", partners, {"active": False})
