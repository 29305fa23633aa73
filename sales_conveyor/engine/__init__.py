"""Rules as pure Python: standard library only, no Odoo, no clock of its own."""
