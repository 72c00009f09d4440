"""tamis.toml: what it means, and what a mistake in it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.commands.starter import AlreadyThere, write_settings
from flows.errors import SettingsError, UnknownSite
from flows.settings import Settings
from flows.settings_file import build, key_lines, load

MINIMAL = """
[sites.magazine]
urls = ["https://example.org/"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "tamis.toml"
    path.write_text(text, "utf-8")
    return path


def loaded(folder: Path, text: str, **environment: str) -> Settings:
    return load(written(folder, text), environment)


def complaint(folder: Path, text: str, **environment: str) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded(folder, text, **environment)
    return str(caught.value)


def test_the_database_stands_beside_the_settings(tmp_path: Path) -> None:
    assert loaded(tmp_path, MINIMAL).database_url == f"sqlite:///{tmp_path / 'tamis.sqlite'}"


def test_a_relative_sqlite_path_starts_at_the_settings(tmp_path: Path) -> None:
    text = 'database_url = "sqlite:///data/x.db"\n' + MINIMAL
    assert loaded(tmp_path, text).database_url == f"sqlite:///{tmp_path / 'data/x.db'}"


def test_a_server_database_is_left_as_it_is(tmp_path: Path) -> None:
    text = 'database_url = "postgresql+psycopg://tamis@db/tamis"\n' + MINIMAL
    assert loaded(tmp_path, text).database_url == "postgresql+psycopg://tamis@db/tamis"


def test_a_variable_overrides_a_key(tmp_path: Path) -> None:
    settings = loaded(tmp_path, MINIMAL, TAMIS_DATABASE_URL="sqlite:////elsewhere/t.db", TAMIS_FETCH__ATTEMPTS="7")
    assert settings.database_url == "sqlite:////elsewhere/t.db"
    assert settings.fetch.attempts == 7


def test_a_variable_of_a_list_is_split_at_commas(tmp_path: Path) -> None:
    assert loaded(tmp_path, MINIMAL, TAMIS_LANGUAGES="fr,de").languages == ("fr", "de")


def test_a_variable_with_a_wrong_value_is_refused(tmp_path: Path) -> None:
    assert "fetch.attempts" in complaint(tmp_path, MINIMAL, TAMIS_FETCH__ATTEMPTS="many")


def test_a_wrong_key_is_named_with_its_line_and_the_nearest_right_one(tmp_path: Path) -> None:
    message = complaint(tmp_path, MINIMAL + "pase = 2.0\n")
    assert "line 4" in message
    assert "sites.magazine.pase" in message
    assert "did you mean 'pace'?" in message


def test_a_wrong_key_of_a_table_is_named_with_its_line(tmp_path: Path) -> None:
    assert "line 2: unknown key 'fetch.retries'" in complaint(tmp_path, "[fetch]\nretries = 2\n" + MINIMAL)


def test_a_wrong_value_is_named_with_its_line(tmp_path: Path) -> None:
    assert "line 4: sites.magazine.pace" in complaint(tmp_path, MINIMAL + 'pace = "slow"\n')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[sites.presse]\nurls = ["example.org"]', "it is no web address; write one with https:// or http://"),
        ('[sites.presse]\nurls = ["https://a.example"]\nlanguage = "french"', "two or three letters such as fr"),
        ('[sites."La Presse"]\nurls = ["https://a.example"]', "a site's name has small letters"),
    ],
)
def test_a_value_of_another_form_is_explained_in_words(tmp_path: Path, text: str, words: str) -> None:
    said = complaint(tmp_path, text)
    assert words in said
    assert "pattern" not in said


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    assert "line 2" in complaint(tmp_path, "jobs = 1\nbroken here\n")


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ('cron = "at night"', "five fields"),
        ('timezone = "Paris"', "Europe/Paris"),
        ('include = ["("]', "not a regular expression"),
        ("concurrency = 50", "less than or equal to 8"),
    ],
)
def test_a_value_that_cannot_work_is_refused_before_the_night(tmp_path: Path, line: str, part: str) -> None:
    assert part in complaint(tmp_path, MINIMAL + line + "\n")


def test_a_site_without_a_start_is_refused(tmp_path: Path) -> None:
    assert "give it urls, sitemaps or feeds" in complaint(tmp_path, "[sites.magazine]\npace = 1.0\n")


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="tamis init"):
        load(tmp_path / "none.toml", {})


def test_an_unknown_site_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownSite, match="magazine"):
        loaded(tmp_path, MINIMAL).site("journal")


def test_the_starter_file_is_valid_and_is_never_overwritten(tmp_path: Path) -> None:
    path = write_settings(tmp_path / "new")
    assert load(path, {}).sites[0].name == "magazine"
    with pytest.raises(AlreadyThere):
        write_settings(tmp_path / "new")


def test_every_key_of_the_starter_file_is_a_real_one(tmp_path: Path) -> None:
    lines = [line.removeprefix("# ") for line in write_settings(tmp_path).read_text("utf-8").splitlines()]
    text = "\n".join(line for line in lines if line.startswith("[") or " = " in line.split("#")[0])
    assert loaded(tmp_path, text).sites[0].cron == "30 2 * * *"


def test_settings_can_be_built_without_a_file(tmp_path: Path) -> None:
    data = {"sites": {"demo": {"urls": ["http://127.0.0.1:1/"], "local": True}}}
    settings = build(data, base=tmp_path, environment={})
    assert settings.site("demo").addresses == {"127.0.0.1:1"}


def test_key_lines_survive_odd_spacing() -> None:
    text = "a = 1\n\n [ t . u ] # x\n 'b' = 2\nc.d = 3\n"
    assert key_lines(text) == {"a": 1, "t.u": 3, "t.u.b": 4, "t.u.c.d": 5}


def test_a_variable_reaches_a_table_within_a_table_and_splits_its_lists(tmp_path: Path) -> None:
    text = '[desk.oidc]\nissuer = "https://sso.example"\nclient_id = "tamis"\n' + MINIMAL
    settings = loaded(
        tmp_path, text, TAMIS_DESK__OIDC__CLIENT_SECRET="s3cret", TAMIS_DESK__OIDC__SCOPES="openid,groups"
    )
    assert settings.desk.oidc is not None
    assert settings.desk.oidc.scopes == ("openid", "groups")
    assert settings.desk.oidc.client_secret is not None
    assert settings.desk.oidc.client_secret.get_secret_value() == "s3cret"


def test_what_is_of_the_whole_desk_is_refused_in_a_sites_table(tmp_path: Path) -> None:
    text = MINIMAL + '[sites.magazine.desk]\naddress = "https://desk.example"\n'
    assert (
        "line 5: unknown key 'sites.magazine.desk.address'; known keys: alarm_language, campaign_from, queue_over, wait_hours"
        in (complaint(tmp_path, text))
    )


def test_a_wrong_key_within_a_table_of_a_table_gets_the_right_hint(tmp_path: Path) -> None:
    text = '[desk.oidc]\nissuer = "https://sso.example"\nclient_id = "tamis"\nnam = "SSO"\n' + MINIMAL
    assert "unknown key 'desk.oidc.nam'; did you mean 'name'?" in complaint(tmp_path, text)
