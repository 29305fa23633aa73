"""Rows by the million: INSERT … SELECT into Odoo's tables, with indexes and foreign keys looked at afterwards."""

from contextlib import contextmanager

LOOSE_INDEXES = """
    SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i
      JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
      JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
     WHERE t.relname = ANY(%s) AND NOT i.indisunique
"""
# u: a number in [0, 1) that depends on the row and on a salt alone; pick: one of 1 … count; among: one of an array,
# the first ones more often where ``skew`` is above 1
FUNCTIONS = """
    CREATE FUNCTION pg_temp.u(n bigint, salt int) RETURNS float8 LANGUAGE sql IMMUTABLE AS
        'SELECT (hashint8extended($1, $2) & 9007199254740991)::float8 / 9007199254740992';
    CREATE FUNCTION pg_temp.pick(n bigint, salt int, count int) RETURNS int LANGUAGE sql IMMUTABLE AS
        'SELECT 1 + floor(pg_temp.u($1, $2) * $3)::int';
    CREATE FUNCTION pg_temp.among(n bigint, salt int, choices int[], skew int DEFAULT 1) RETURNS int
        LANGUAGE sql IMMUTABLE AS 'SELECT $3[1 + floor(power(pg_temp.u($1, $2), $4) * cardinality($3))::int]';
"""


class Loader:
    """Writes to one database through one cursor.

    :param cr: a psycopg2 cursor, not in autocommit mode
    """

    def __init__(self, cr):
        self.cr = cr
        cr.execute("SET work_mem = '128MB'; SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        cr.execute(FUNCTIONS)

    def value(self, sql, *values):
        """The first column of the first row."""
        self.cr.execute(sql, values)
        return self.cr.fetchone()[0]

    def values(self, sql, *values):
        """The first column of all rows, as a list."""
        self.cr.execute(sql, values)
        return [row[0] for row in self.cr.fetchall()]

    def base(self, table):
        """The highest id there is: row n of a load gets ``base + n``."""
        return self.value(f"SELECT COALESCE(max(id), 0) FROM {table}")

    def insert(self, table, columns, source, values=None):
        """Rows from ``source``, a relation; returns how many.

        :param columns: ``{column: SQL expression over source}``
        :param values: ``{name: value}`` of ``%(name)s`` in the expressions
        """
        self.cr.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {source}",
                        values)
        return self.cr.rowcount

    def table(self, name, query, values=None):
        """A table of the load itself, gone with the session."""
        self.cr.execute(f"CREATE TEMP TABLE {name} AS {query}", values)
        self.cr.execute(f"ANALYZE {name}")

    def align_sequence(self, table):
        self.cr.execute(f"SELECT setval('{table}_id_seq', GREATEST(max(id), 1)) FROM {table}")

    @contextmanager
    def without_checks(self, tables):
        """Inside the block nothing is indexed or referenced row by row; the data is right by construction."""
        self.cr.execute(LOOSE_INDEXES, (list(tables),))
        indexes = self.cr.fetchall()
        for name, _definition in indexes:
            self.cr.execute(f'DROP INDEX "{name}"')
        self._foreign_keys("replica")
        yield
        self._foreign_keys("origin")
        for _name, definition in indexes:
            self.cr.execute(definition)

    def _foreign_keys(self, role):
        """Only a superuser may leave them out; others wait longer."""
        self.cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if self.cr.fetchone()[0]:
            self.cr.execute(f"SET session_replication_role = {role}")
