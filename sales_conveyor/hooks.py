"""What happens once, at installation and at removal."""

from odoo.tools import SQL

# new columns of crm_lead, filled by PostgreSQL without touching a row
LEAD_COLUMNS = {
    "problem_state": "unknown", "time_state": "unknown", "money_state": "unknown", "sale_kind": "first",
}


def pre_init_hook(env):
    """Add columns with a default at once, however many leads there are."""
    for name, value in LEAD_COLUMNS.items():
        env.cr.execute(SQL(
            "ALTER TABLE crm_lead ADD COLUMN IF NOT EXISTS %(name)s varchar DEFAULT %(value)s",
            name=SQL.identifier(name), value=SQL(f"'{value}'")))
        env.cr.execute(SQL("ALTER TABLE crm_lead ALTER COLUMN %s DROP DEFAULT", SQL.identifier(name)))
    # computed and stored: Odoo would compute it of every activity ever done
    env.cr.execute("ALTER TABLE mail_activity ADD COLUMN IF NOT EXISTS conveyor_channel varchar")


def post_init_hook(env):
    """Use the years that the database already has."""
    env["conveyor.transition"]._backfill()
    read_touches(env)
    env["res.partner"]._fill_sale_kind()
    env["conveyor.funnel.fact"]._rebuild()
    env["conveyor.rhythm"]._recompute()


def read_touches(env):
    """The touches of the years before, and of which kind the planned ones are."""
    env.cr.execute("UPDATE mail_activity a SET conveyor_channel = k.conveyor_channel FROM mail_activity_type k"
                   " WHERE k.id = a.activity_type_id AND a.active AND k.conveyor_channel IS NOT NULL")
    env["conveyor.touch"]._backfill()


def uninstall_hook(env):
    """Leave Odoo as it was: the activities planned for standard work and by
    cadences go, what cadences have in the queues (its links lead nowhere soon), and the demo company."""
    env["conveyor.demo"]._remove()
    of_cadences = [("conveyor_run_id", "!=", False)]
    env["mail.activity"].with_context(conveyor_run_closing=True).search(of_cadences).unlink()
    env["mail.mail"].search([*of_cadences, ("state", "in", ("outgoing", "exception"))]).state = "cancel"
    env["sms.sms"].search([*of_cadences, ("state", "in", ("outgoing", "error"))]).state = "canceled"
    env["conveyor.work"].search([("activity_id", "!=", False)]).activity_id.unlink()
    env["conveyor.report.log"].search([("attachment_id", "!=", False)]).attachment_id.unlink()  # files behind links in mails
    # what Odoo itself would leave: names that other modules gave to parts of our models, and notes of our jobs
    env["ir.config_parameter"].search([("key", "=like", "sales_conveyor.%")]).unlink()
    env["ir.model.data"].search([
        ("module", "!=", "sales_conveyor"),
        "|", ("name", "=like", "model_inherit__conveyor_%"), ("name", "=like", "selection__conveyor_%")]).unlink()
