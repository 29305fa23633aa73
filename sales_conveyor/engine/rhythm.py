"""The purchase rhythm of a customer: how often he buys and what his silence means."""

STATUSES = NEW, STEADY, LATE, SLEEPING, LOST = "new", "steady", "late", "sleeping", "lost"
BASES = OWN, BLENDED, CATEGORY, COMPANY = "own", "blended", "category", "company"
