"""A statement before any database sees it: one SELECT, not too long, and the parameters that it names.

Every pattern is possessive, so the time is linear in the length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from storage.analysts.sql.refusals import refused

MAX_CHARACTERS = 20_000
_TOKENS = re.compile(
    r"""(?P<skip>
          '[^']*+(?:''[^']*+)*+(?:'|\Z) | "[^"]*+(?:""[^"]*+)*+(?:"|\Z) | --[^\n]*+ | /\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)
        | \$(?P<tag>\w*+)\$ | ::)
      | :(?P<name>[A-Za-z_]\w*+)
      | (?P<end>;)
      | (?P<call>[A-Za-z_]\w*+)(?=\s*+"?\s*+\()
      | [A-Za-z_]\w*+""",
    re.VERBOSE,
)


def single(sql: str) -> str:
    """The statement without its closing semicolon. Raises QueryRefused unless it is one SELECT, WITH or VALUES."""
    statement = sql.strip().rstrip(";").strip()
    if len(statement) > MAX_CHARACTERS:
        raise refused("too_long", length=len(statement), limit=MAX_CHARACTERS)
    if not re.match(
        r"(?:\s|--[^\n]*+\n|/\*(?:[^*]++|\*(?!/))*+\*/)*+(?:select|with|values)\b", statement, re.IGNORECASE
    ):
        raise refused("not_select")
    if any(found["end"] for found in _TOKENS.finditer(statement)):
        raise refused("several")
    return statement


def parameters(sql: str) -> tuple[str, ...]:
    """The names that stand as :name outside texts and comments, in their order, each once."""
    return tuple(dict.fromkeys(found["name"] for found in _TOKENS.finditer(sql[:MAX_CHARACTERS]) if found["name"]))


def calls(statement: str) -> tuple[str, ...]:
    """What looks like the name of a function called in it, in lower case."""
    return tuple(found["call"].lower() for found in _TOKENS.finditer(statement) if found["call"])


def with_values(statement: str, given: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The statement in psycopg's form (%(name)s) with the values of its parameters. Raises QueryRefused without one."""

    def put(found: re.Match[str]) -> str:
        return f"%({found['name']})s" if found["name"] else found[0].replace("%", "%%")

    pieces, at = [], 0
    for found in _TOKENS.finditer(statement):
        pieces += [statement[at : found.start()].replace("%", "%%"), put(found)]
        at = found.end()
    return "".join([*pieces, statement[at:].replace("%", "%%")]), values_of(statement, given)


def values_of(statement: str, given: Mapping[str, str]) -> dict[str, str]:
    """The value of each parameter that the statement names. Raises QueryRefused for one that has none."""
    named = parameters(statement)
    if missing := [name for name in named if name not in given]:
        raise refused("parameter", name=f":{missing[0]}")
    return {name: given[name] for name in named}


def told_apart(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Column names, each once: a second `a` is `a_2`."""
    found: list[str] = []
    for name in columns:
        number, kept = 2, name
        while kept in found:
            kept, number = f"{name}_{number}", number + 1
        found.append(kept)
    return tuple(found)
