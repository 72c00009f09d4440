"""Why a statement is not answered: stable words with the sentence of each, so that the desk can say it in French."""

from __future__ import annotations

from storage.database.errors import QueryRefused

SENTENCES = {
    "not_select": "only one SELECT (or WITH ... SELECT) is answered here; the database is read-only",
    "several": "one statement at a time: remove what follows the semicolon",
    "too_long": "the statement has %(length)s characters; at most %(limit)s are taken",
    "outside": "%(name)s is not part of the documented views; the data dictionary lists what is",
    "function": "the function %(name)s is not for analysts: it reaches past the views, or makes the server wait",
    "views_only": "it may only read the documented views",
    "unknown_column": "there is no column %(name)s; the data dictionary lists the columns of each view",
    "unknown_function": "there is no function %(name)s with these arguments in this database",
    "ambiguous": "the column %(name)s is in several of the views joined: write view.column",
    "pattern": "a regular expression or another argument of a function cannot be read",
    "syntax": "the statement cannot be read near %(near)s",
    "incomplete": "the statement ends too early",
    "parameter": "give the parameter %(name)s a value",
    "time": "it was stopped after %(seconds)s s; narrow it with WHERE, or export the data and query it in DuckDB",
    "memory": "it was stopped because it took more than %(megabytes)s MB of memory; narrow it, or ask for fewer "
    "columns",
    "file_bytes": "the file would be larger than %(megabytes)s MB; narrow it, or export the data: tamis export",
    "value_bytes": "one value of the answer is too big: at most %(megabytes)s MB",
    "cancelled": "it was cancelled",
    "one_file": "your last download is still under way: one at a time",
    "busy": "too many queries are running; try again in a moment",
    "no_reader": "on PostgreSQL the console needs a login that can read the views and nothing else: run "
    "`tamis db reader` and set database_reader_url",
    "reader_too_strong": "the login of database_reader_url may read %(what)s, which is more than the views; make one "
    "with `tamis db reader`",
    "reader_unreachable": "the login of database_reader_url does not get in: %(message)s",
    "extra": "this format needs an extra: pip install 'tamis[%(extra)s]'",
    "database": "the database answers: %(message)s",
}


def refused(why: str, **values: object) -> QueryRefused:
    """The refusal with its sentence; `why` and `values` say the same to who words it otherwise."""
    return QueryRefused(SENTENCES[why] % values, why=why, values=values)
