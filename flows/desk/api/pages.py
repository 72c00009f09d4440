"""What a page is, set right from the desk: a list that was taken for an article, or the other way round."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from extractors.records import PageKind
from flows.clock import utc_now
from flows.desk.answers import KindAnswer
from flows.desk.api.access import Db, Number, Reviewer
from flows.desk.cards import page_answer
from storage.crawl.page_kinds import page_of, set_kind
from storage.database.errors import UnknownItem

router = APIRouter(prefix="/pages")


class KindBody(BaseModel):
    """What the page is; auto: what the page and the settings say counts again."""

    model_config = ConfigDict(extra="forbid")

    kind: PageKind | Literal["auto"] = Field(description="article, list, comments, static, login, error, media or auto")


@router.post("/{page_id}/kind", summary="Say what a page is; one that is no article gives its comments back")
def say_kind(db: Db, editor: Reviewer, page_id: Number, body: KindBody) -> KindAnswer:
    found = page_of(db, page_id)
    if editor.sites is not None and found.site not in editor.sites:
        raise UnknownItem(f"no page {page_id}")
    done = set_kind(db, page_id, None if body.kind == "auto" else PageKind(body.kind), editor.name, utc_now())
    answer = page_answer(page_of(db, page_id))
    assert answer is not None
    return KindAnswer(page=answer, withdrawn=done.withdrawn)
