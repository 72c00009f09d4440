"""Rules made at the desk: a site's lists of words, authors and hosts, each version kept, the newest in force.

Stored as `learned` rows of the kind "rules"; taking one back puts the lists before it in force as a new version.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Literal

from moderation.rules import NO_RULES, Rules
from storage.database.engine import Database
from storage.desk.learned import Learned, all_learned, keep_learned, newest_learned

KIND = "rules"
RuleAction = Literal["allow", "hold", "reject"]
RuleList = Literal["words", "authors", "hosts"]


def rules_from_json(text: str) -> Rules:
    """The lists in a stored version; lists that this version of Tamis does not know are left out."""
    stored = json.loads(text)
    return Rules(**{field.name: tuple(stored.get(field.name, ())) for field in fields(Rules)})


def rules_of(db: Database, site: str | None) -> Rules:
    """The rules made at the desk for this site, or (None) for all sites."""
    newest = newest_learned(db, KIND, site)
    return rules_from_json(newest.content) if newest else NO_RULES


def rules_in_force(db: Database, site: str, configured: Rules = NO_RULES) -> Rules:
    """All that holds on a site: the configuration's lists, those for all sites, and its own, in that order."""
    parts = (configured, rules_of(db, None), rules_of(db, site))
    return Rules(
        **{
            field.name: tuple(dict.fromkeys(entry for part in parts for entry in getattr(part, field.name)))
            for field in fields(Rules)
        }
    )


def with_entry(rules: Rules, action: RuleAction, list_name: RuleList, entry: str) -> Rules:
    name = f"{action}_{list_name}"
    entries: tuple[str, ...] = getattr(rules, name)
    return rules if entry in entries else replace(rules, **{name: (*entries, entry)})


def without_entry(rules: Rules, action: RuleAction, list_name: RuleList, entry: str) -> Rules:
    name = f"{action}_{list_name}"
    return replace(rules, **{name: tuple(one for one in getattr(rules, name) if one != entry)})


def keep_rules(db: Database, site: str | None, rules: Rules, by: str, now: datetime) -> str:
    """Put these lists in force; return the version that verdicts will name."""
    content = json.dumps(asdict(rules), sort_keys=True, ensure_ascii=False)
    version = "rules-" + hashlib.sha256(content.encode()).hexdigest()[:8]
    keep_learned(db, site, KIND, version, content, by, now)
    return version


def versions(db: Database, site: str | None, limit: int = 20) -> tuple[Learned, ...]:
    """The newest version first."""
    return all_learned(db, KIND, site, limit)
