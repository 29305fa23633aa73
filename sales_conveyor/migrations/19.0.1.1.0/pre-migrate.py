"""What people wrote after a touch was kept as its result; it is a note, the result is a choice now."""


def migrate(cr, version):
    cr.execute("ALTER TABLE conveyor_touch ADD COLUMN IF NOT EXISTS note text")
    cr.execute("UPDATE conveyor_touch SET note = outcome, outcome = NULL WHERE outcome IS NOT NULL")
    # computed and stored: Odoo would compute it of every activity ever done
    cr.execute("ALTER TABLE mail_activity ADD COLUMN IF NOT EXISTS conveyor_channel varchar")
