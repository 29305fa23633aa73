"""Millions of rows into a table that nobody uses yet."""

from contextlib import contextmanager

from odoo.tools import SQL


@contextmanager
def without_keys(env, table, even_unique=False):
    """Check the foreign keys of a table once, after the block, and not of each row in it. It locks the table, so it is
    for one that nobody uses yet.

    :param even_unique: also the constraints that keep rows unique
    """
    name = SQL.identifier(table)
    keys = env.execute_query(SQL(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = ANY(%s)",
        table, ["f", "u"] if even_unique else ["f"]))
    for key, _definition in keys:
        env.cr.execute(SQL("ALTER TABLE %s DROP CONSTRAINT %s", name, SQL.identifier(key)))
    yield
    for key, definition in keys:
        env.cr.execute(SQL("ALTER TABLE %s ADD CONSTRAINT %s %s", name, SQL.identifier(key), SQL(definition)))


@contextmanager
def without_indexes(env, table, even_unique=False):
    """Make the indexes and foreign keys of a table once, after the block.

    :param even_unique: also those that keep rows unique, where the block asks nothing of them
    """
    indexes = env.execute_query(SQL(
        "SELECT i.relname, pg_get_indexdef(i.oid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid"
        " WHERE x.indrelid = %s::regclass AND NOT x.indisprimary AND (%s OR NOT x.indisunique)"
        " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid AND c.contype = 'u')", table, even_unique))
    with without_keys(env, table, even_unique):
        for name, _definition in indexes:
            env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
        yield
        for _name, definition in indexes:
            env.cr.execute(definition)
