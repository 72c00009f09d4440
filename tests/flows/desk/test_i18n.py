"""Every string of the desk speaks French, by French rules."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jinja2.ext
import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from flows.desk.pages.i18n import LOCALES, preferred, texts
from flows.desk.pages.script_words import script_words
from storage.analysts.gallery import GALLERY
from storage.analysts.sql.refusals import SENTENCES
from storage.analysts.views import VIEWS
from tests.flows.desk.room import account, editor, visitor

DESK = Path(__file__).parents[3] / "flows" / "desk"
CALLS = {"_": None, "gettext": None, "ngettext": (1, 2), "counted": (2, 3)}
PLACES = re.compile(r"%\(\w+\)s|\{\w+\}")


def strings() -> set[str | tuple[str, ...]]:
    """Every string in the code, the templates and the gallery; a pair for those that count."""
    found: set[str | tuple[str, ...]] = set()
    for file in [*DESK.rglob("*.py"), *DESK.glob("templates/*.html")]:
        kind = "python" if file.suffix == ".py" else jinja2.ext.babel_extract
        options = {} if file.suffix == ".py" else {"extensions": "jinja2.ext.do", "silent": "false"}
        with file.open("rb") as text:
            found |= {message for _, message, _, _ in extract(kind, text, keywords=CALLS, options=options)}
    return found | set(SENTENCES.values()) | {text for query in GALLERY for text in (query.title, query.question)}


@pytest.fixture(scope="module")
def french():
    with (LOCALES / "fr" / "desk.po").open("rb") as file:
        return read_po(file, locale="fr", abort_invalid=True)


def test_every_string_has_a_french_translation(french):
    known = {message.id for message in french if message.id and all(message.string)}
    missing = strings() - known
    assert not missing, f"add to flows/desk/locale/fr/desk.po: {sorted(map(str, missing))}"
    assert len(strings()) > 150


def test_most_of_the_data_dictionary_has_a_french_translation(french):
    wanted = {text for view in VIEWS for text in (view.comment, *view.columns.values())}
    assert sum(bool(french.get(text)) for text in wanted) / len(wanted) > 0.9


def test_translations_keep_the_places_to_be_filled_in(french):
    for message in french:
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        translated = message.string if isinstance(message.string, tuple) else (message.string,)
        for text, translation in zip(originals, translated, strict=True):
            if text:
                assert set(PLACES.findall(text)) == set(PLACES.findall(translation)), text


def test_zero_is_singular_in_french_and_plural_in_english():
    assert texts("fr").ngettext("%(n)s row", "%(n)s rows", 0) == "0 ligne"
    assert texts("fr").ngettext("%(n)s row", "%(n)s rows", 2) == "2 lignes"
    assert texts("en").ngettext("%(n)s row", "%(n)s rows", 0) == "0 rows"


def test_scripts_get_both_forms_of_what_counts():
    assert script_words(texts("fr"))["campaign"] == {
        "one": "{n} commentaire semblable",
        "other": "{n} commentaires semblables",
    }


def test_numbers_dates_and_spans_are_written_the_readers_way():
    now = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
    assert texts("en").number(1234567) == "1,234,567"
    assert texts("fr").number(1234567).replace("\u202f", " ").replace("\xa0", " ") == "1 234 567"
    assert texts("fr").span(now - timedelta(hours=3), now) == "3\xa0heures"
    assert texts("fr").day(now.date()) == "2 mars 2026"


@pytest.mark.parametrize(
    ("accept", "chosen", "language"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.5", None, "fr"),
        ("de, en;q=0.5, fr;q=0.7", None, "fr"),
        ("en", "fr", "fr"),
        ("fr", "xx", "fr"),
        ("fr;q=bad", None, "en"),
        (None, None, "en"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_browsers(accept, chosen, language):
    assert preferred(accept, chosen) == language


async def test_a_language_chosen_in_the_address_is_remembered(database):
    account(database, "marie")
    async with editor(database, "marie") as client:
        assert 'lang="fr"' in (await client.get("/quality?lang=fr")).text
        assert 'lang="fr"' in (await client.get("/quality")).text
        assert "Modération" in (await client.get("/review")).text


async def test_a_refusal_is_told_in_the_readers_language(database):
    account(database, "marie")
    async with editor(database, "marie") as client:
        answer = await client.get("/people", headers={"Accept-Language": "fr"})
    assert (answer.status_code, "demande le rôle admin" in answer.text) == (403, True)
    async with visitor(database) as client:
        assert "Mot de passe" in (await client.get("/login", headers={"Accept-Language": "fr"})).text


@pytest.mark.parametrize(
    ("given", "language", "shown"),
    [
        ("2026-02-01T10:00:00+02:00", "fr", "1 févr. 2026, 10:00"),  # by the site's own clock
        ("2026-02-01", "en", "Feb 1, 2026"),
        ("il y a 3 jours", "en", "il y a 3 jours"),
        (None, "fr", ""),
    ],
)
def test_a_comments_date_is_written_in_the_readers_language(given: str | None, language: str, shown: str) -> None:
    assert texts(language).written(given) == shown
