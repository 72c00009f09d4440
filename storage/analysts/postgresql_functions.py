"""What PostgreSQL lacks beside SQLite with our functions, so that one question is the same SQL on both."""

from __future__ import annotations

from sqlalchemy import Connection

from storage.database.engine import driver_cursor

FUNCTIONS = (
    "CREATE OR REPLACE FUNCTION tamis_add(held double precision[], value double precision, percent double precision)"
    " RETURNS double precision[] LANGUAGE sql IMMUTABLE AS"
    " 'SELECT CASE WHEN value IS NULL THEN held WHEN held IS NULL THEN ARRAY[percent, value] ELSE held || value END'",
    "CREATE OR REPLACE FUNCTION tamis_add(held double precision[], value double precision)"
    " RETURNS double precision[] LANGUAGE sql IMMUTABLE AS 'SELECT tamis_add(held, value, 50)'",
    "CREATE OR REPLACE FUNCTION tamis_percentile(held double precision[])"
    " RETURNS double precision LANGUAGE sql IMMUTABLE AS"
    " 'SELECT percentile_cont(held[1] / 100) WITHIN GROUP (ORDER BY v) FROM unnest(held[2:]) AS v'",
    "CREATE OR REPLACE AGGREGATE percentile(double precision, double precision)"
    " (SFUNC = tamis_add, STYPE = double precision[], FINALFUNC = tamis_percentile)",
    "CREATE OR REPLACE AGGREGATE median(double precision)"
    " (SFUNC = tamis_add, STYPE = double precision[], FINALFUNC = tamis_percentile)",
    "CREATE OR REPLACE FUNCTION regexp(pattern text, words text) RETURNS boolean"
    " LANGUAGE sql IMMUTABLE STRICT AS 'SELECT words ~* pattern'",
)
UNACCENT = (  # an extension has one of this name, which keeps capitals: it stays where it is installed
    "CREATE FUNCTION unaccent(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS"
    " $$SELECT lower(regexp_replace(normalize(words, NFKD), U&'[\\0300-\\036F]', '', 'g'))$$"
)


def make_functions(connection: Connection) -> None:
    """median, percentile, regexp and unaccent, as `sqlite_functions` gives them to SQLite."""
    cursor = driver_cursor(connection)
    for statement in FUNCTIONS:
        cursor.execute(statement)
    known = connection.exec_driver_sql("SELECT to_regprocedure('unaccent(text)')").scalar()
    if known is None:
        cursor.execute(UNACCENT)
