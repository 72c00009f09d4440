"""The language of an article, set from the desk: its comments are judged again by it."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from flows.clock import utc_now
from flows.desk.answers import LanguageAnswer
from flows.desk.api.access import Db, Number, Reviewer
from flows.runs.remoderate import judge_article
from flows.settings import Settings
from moderation.language import DEFAULT_LANGUAGES
from storage.crawl.article_languages import language_of, say_language
from storage.database.engine import Database
from storage.database.errors import UnknownItem

router = APIRouter(prefix="/articles")


AUTO = "auto"


class LanguageBody(BaseModel):
    """The language the article is in; auto: what its site and its page say counts again, which undoes it."""

    model_config = ConfigDict(extra="forbid")

    language: str = Field(max_length=4, description="ISO 639-1, or auto")


@router.post("/{article_id}/language", summary="Say which language an article is in; its comments are judged again")
def say(request: Request, db: Db, editor: Reviewer, article_id: Number, body: LanguageBody) -> LanguageAnswer:
    found = language_of(db, article_id)
    if editor.sites is not None and found.site not in editor.sites:
        raise UnknownItem(f"no article {article_id}")
    settings: Settings | None = request.state.desk.settings
    known = sorted({*DEFAULT_LANGUAGES, *(settings.languages if settings else ())})
    if body.language not in (AUTO, *known):
        raise HTTPException(422, f"language must be auto or one of {', '.join(known)}; got {body.language}")
    said = None if body.language == AUTO else body.language
    now = say_language(db, article_id, said, editor.name, utc_now())
    judged = judged_again(settings, db, now.site, article_id)
    return LanguageAnswer(article=article_id, language=now.language, said_by=now.said_by, judged=judged)


def judged_again(settings: Settings | None, db: Database, site: str, article_id: int) -> int | None:
    """How many comments were judged again; None where the site is not in tamis.toml: its next run does it."""
    if settings is None or site not in {one.name for one in settings.sites}:
        return None
    return judge_article(settings, db, site, article_id)
