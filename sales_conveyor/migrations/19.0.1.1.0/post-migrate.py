"""Touches know their client and what they were; those from before the first installation are read."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from odoo.addons.sales_conveyor.hooks import read_touches


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute("UPDATE conveyor_touch SET outcome = 'replied' WHERE direction = 'in' AND kind IS NULL")
    cr.execute("UPDATE conveyor_touch SET is_counted = FALSE WHERE direction = 'in'")  # what clients write is no effort of ours
    cr.execute(SQL("""
        UPDATE conveyor_touch t
           SET client_key = %(key)s, partner_id = COALESCE(t.partner_id, p.id), company_id = l.company_id, kind = %(kind)s
          FROM crm_lead l LEFT JOIN res_partner p ON p.id = l.partner_id
         WHERE l.id = t.lead_id AND t.client_key IS NULL
    """, key=env["conveyor.client"]._key_sql(), kind=env["conveyor.touch"]._kind_sql()))
    read_touches(env)
    env["conveyor.funnel.fact"]._rebuild()
