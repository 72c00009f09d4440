"""`tamis evaluate`: figures on a labelled file, or on what editors decided."""

from __future__ import annotations

from pathlib import Path

import orjson

from flows.commands.moderating import read_lines
from flows.errors import FlowError
from flows.runs.judging import moderator_of
from flows.settings import Settings
from moderation.evaluate import Evaluation, Labelled, evaluate, evaluation, labelled_from_json
from moderation.verdict import Action, Verdict
from storage.crawl.replaying import judged_comments
from storage.opening import open_database


class NothingToEvaluate(FlowError):
    exit_code = 2


def on_file(path: Path) -> Evaluation:
    """Raises NothingToEvaluate naming the first line that is no labelled comment."""
    rows: list[Labelled] = []
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        try:
            rows.append(labelled_from_json(orjson.loads(line)))
        except ValueError as error:
            raise NothingToEvaluate(f"{path.name}:{number}: {error}") from error
    if not rows:
        raise NothingToEvaluate(f"{path} holds no comment; give rows of id, text and label (spam or ham)")
    return evaluate(rows)


def on_decisions(settings: Settings, names: list[str] | None) -> Evaluation:
    """Today's judge against the decisions of editors on the chosen sites. Raises NothingToEvaluate without any."""
    is_spam: list[bool] = []
    verdicts: list[Verdict] = []
    with open_database(settings.database_url) as db:
        for site in settings.chosen(names):
            decided = list(judged_comments(db, site=site.name, decided=True))
            verdicts += moderator_of(settings, site, db).judge_all([comment.submission for comment in decided])
            is_spam += [comment.decision is not Action.PUBLISH for comment in decided]
    if not verdicts:
        raise NothingToEvaluate("no editor has decided on a comment yet; decide on some in the desk, or give a file")
    return evaluation(is_spam, verdicts)
