"""Leads with a known past, for the first-sale process."""

from datetime import datetime, timedelta

from .test_funnel_facts import FunnelCase

DAY = timedelta(days=1)
MARCH = datetime(2026, 3, 2, 9, 0)


class ProcessCase(FunnelCase):
    more_sections = {}  # names that stories may use beside

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.conveyor_tz = "UTC"
        cls.fair = cls.sources[0]
        cls.process = cls.env["conveyor.process"].create({
            "name": "Leads of the Fair", "source_ids": cls.fair.ids, "owner_id": cls.manager.id,
            "company_id": cls.env.company.id})

    @classmethod
    def story(cls, *steps, start=MARCH, status=None, **values):
        """A lead whose past is told in steps: (days after the start, "new", "needs", "offer", "won", "lost", or
        "call", "meeting", "mail in")."""
        lead = cls.lead(**{"source_id": cls.fair.id, "expected_revenue": 100, **values})
        sections, place, moves, touches = {"new": cls.new, "needs": cls.needs, "offer": cls.offer, **cls.more_sections}, None, [], []
        for days, what in steps:
            date = start + days * DAY
            if what in sections:
                kind = "enter" if not moves else "forward" if sections[what].sequence > place.sequence else "back"
                moves.append((date, kind, place, sections[what]))
                place = sections[what]
            elif what in ("won", "lost"):
                moves.append((date, what, place, cls.won if what == "won" else place))
            else:
                touches.append((date, what))
        cls.past(lead, *moves, status=status or next((what for _days, what in steps if what in ("won", "lost")), None))
        cls.touched(lead, touches)
        return lead

    @classmethod
    def touched(cls, lead, touches):
        for number, (date, what) in enumerate(touches):
            channel, direction = ("email", "in") if what == "mail in" else (what, "out")
            cls.env.cr.execute(
                "INSERT INTO conveyor_touch (event_key, lead_id, date, channel, direction, is_counted, user_id)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [f"story-{lead.id}-{number}", lead.id, date, channel, direction, direction == "out", cls.seller.id])
        cls.env.invalidate_all()
        cls.facts._mark(lead.ids)

    @classmethod
    def document(cls, process=None, user=None, first="2026-03-01", last="2026-03-31"):
        return (process or cls.process).with_user(user or cls.manager).action_document_as_is(first, last)
