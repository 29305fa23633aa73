"""Millions of rows into a table that nobody uses yet."""

from contextlib import contextmanager

from odoo.tools import SQL


@contextmanager
def without_keys(env, table):
    """Check the foreign keys of a table once, after the block, and not of each row in it."""
    name = SQL.identifier(table)
    keys = env.execute_query(SQL(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'", table))
    for key, _definition in keys:
        env.cr.execute(SQL("ALTER TABLE %s DROP CONSTRAINT %s", name, SQL.identifier(key)))
    yield
    for key, definition in keys:
        env.cr.execute(SQL("ALTER TABLE %s ADD CONSTRAINT %s %s", name, SQL.identifier(key), SQL(definition)))
