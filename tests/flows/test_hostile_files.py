"""Files from strangers: a result or the error that names them, never another one, and no more memory than they need."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import lzma
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.commands import extracting, moderating
from flows.commands.extracting import _rows
from flows.commands.moderating import BadRow, CommentsUnreadable, read_lines
from flows.errors import SettingsError
from flows.settings import Settings
from flows.settings_file import load
from moderation.classifier.model import MAGIC, read_model, shipped_model
from moderation.errors import ModelUnusable
from moderation.learning import FORMAT, layer_from_json
from moderation.verdict import Submission
from moderation.wordstats import MAGIC as WORDS_MAGIC
from moderation.wordstats import read_statistics

few = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
anything = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
DEEP = "[" * 200_000


def shipped(name: str) -> bytes:
    return resources.files("moderation").joinpath(f"data/{name}").read_bytes()


def altered(
    content: bytes, magic: bytes, change: Callable[[dict[str, Any]], object], payload: bytes | None = None
) -> bytes:
    """The file with another header; its checksum agrees, as a forger would have it."""
    line, _, body = content[len(magic) :].partition(b"\n")
    header = json.loads(line)
    body = body if payload is None else payload
    header["sha256"] = hashlib.sha256(body).hexdigest()
    change(header)
    return magic + json.dumps(header).encode() + b"\n" + body


@few
@given(value=anything, path=st.sampled_from([
    ("channels",), ("looks",), ("provenance",), ("version",), ("buckets",), ("sha256",), ("channels", "char"),
    ("channels", "*"), ("looks", "*"), ("channels", "*", "scale"), ("channels", "*", "signals"), ("looks", "*", "limit"),
]))  # fmt: skip
def test_a_forged_model_is_a_model_or_unusable(value: Any, path: tuple[str, ...]) -> None:
    def change(header: dict[str, Any]) -> None:
        for step in path[:-1]:
            header = header[next(iter(header)) if step == "*" else step]
        header[next(iter(header)) if path[-1] == "*" else path[-1]] = value

    with contextlib.suppress(ModelUnusable):
        model = read_model(altered(shipped("spam.model"), MAGIC, change))
        assert model.channels.keys() == shipped_model().channels.keys()


@pytest.mark.parametrize("line", [DEEP, "", "[]", "7", '{"channels": []}', "{" * 50])
def test_a_model_whose_header_is_none_is_unusable(line: str) -> None:
    with pytest.raises(ModelUnusable):
        read_model(MAGIC + line.encode() + b"\n" + shipped("spam.model").partition(b"\n")[2])
    with pytest.raises(ModelUnusable):
        read_statistics(WORDS_MAGIC + line.encode() + b"\n")


@pytest.mark.parametrize("known", [-1, 10**12, "many", None, [1], float("inf")])
def test_word_statistics_of_another_size_than_they_say_are_unusable(known: Any) -> None:
    with pytest.raises(ModelUnusable):
        read_statistics(altered(shipped(WORDS), WORDS_MAGIC, lambda header: header.update(known=known)))
    with pytest.raises(ModelUnusable):
        read_statistics(altered(shipped(WORDS), WORDS_MAGIC, lambda header: None, b"short"))
    read_statistics(altered(shipped(WORDS), WORDS_MAGIC, lambda header: None))


WORDS = next(
    one.name for one in resources.files("moderation").joinpath("data").iterdir() if one.name.startswith("word")
)


@few
@given(value=anything, key=st.sampled_from(["format", "version", "decisions", "weights", "gain", "acts", None]))
def test_a_stored_layer_is_a_layer_or_a_sentence(value: Any, key: str | None) -> None:
    stored: Any = {"format": FORMAT, "version": "1", "decisions": 3, "weights": [0.0] * 9, "gain": 0.1, "acts": True}
    stored = value if key is None else {**stored, key: value}
    with contextlib.suppress(ValueError):
        layer_from_json(json.dumps(stored))


def test_a_stored_layer_of_brackets_without_end_is_a_sentence() -> None:
    with pytest.raises(ValueError, match="train the site again"):
        layer_from_json(DEEP)


@few
@given(text=st.text(alphabet="[]{}=,.'\"\n #abc_12:-TZ\\\x00é", max_size=120) | st.binary(max_size=60))
def test_any_settings_file_is_settings_or_an_error_that_names_it(text: str | bytes, tmp_path: Path) -> None:
    file = tmp_path / "tamis.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    told = None
    try:
        load(file, {})
    except SettingsError as error:
        told = str(error)
    assert told is None or "tamis.toml" in told


@few
@given(
    key=st.sampled_from(sorted(Settings.model_fields.keys() - {"path"})),
    value=st.sampled_from(
        ["1e400", "-1", "[]", "{}", "''", "'../../x'", "[[]]", "nan", "9999-12-31", "true", "{a={a={}}}"]
    ),
)
def test_any_value_of_a_key_is_settings_or_a_sentence(key: str, value: str, tmp_path: Path) -> None:
    (tmp_path / "tamis.toml").write_text(f"{key} = {value}\n")
    with contextlib.suppress(SettingsError):
        load(tmp_path / "tamis.toml", {})


@pytest.mark.parametrize("text", ["a = " + DEEP, "a." * 5_000 + "b = 1", "a = 1" + "0" * 5_000, "a = 9999-99-99"])
def test_a_settings_file_made_to_break_its_reader_is_an_error_that_names_it(text: str, tmp_path: Path) -> None:
    (tmp_path / "tamis.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"tamis\.toml"):
        load(tmp_path / "tamis.toml", {})


def test_a_settings_file_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "tamis.toml"
    with file.open("wb") as raw:
        raw.truncate(5_000_000_000)
    with pytest.raises(SettingsError, match="longer than"):
        load(file, {})


@few
@given(rows=st.lists(anything.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=30), max_size=4))
def test_any_line_of_comments_is_a_comment_or_a_bad_row(rows: list[bytes], tmp_path: Path) -> None:
    file = tmp_path / "comments.jsonl"
    file.write_bytes(b"\n".join(rows))
    assert all(isinstance(row, Submission | BadRow) for _, row in moderating._rows(file))
    list(_rows(file))


@few
@given(row=st.dictionaries(st.sampled_from(["id", "text", "author", "links", "position", "page", "site"]), anything))
def test_any_row_of_comments_is_a_comment_or_a_bad_row(row: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "comments.jsonl"
    file.write_text(json.dumps({"id": 1, "text": "Merci"} | row))
    assert len(list(moderating._rows(file))) == 1


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("xz", lzma.compress)])
def test_a_damaged_archive_of_comments_is_a_sentence(
    ending: str, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    whole = pack(b'{"id": 1, "text": "Merci"}\n' * 500)
    file = tmp_path / f"comments.jsonl.{ending}"
    for at in range(0, len(whole), 7):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        with contextlib.suppress(CommentsUnreadable):
            list(read_lines(file))
        list(_rows(file))


def test_a_line_without_end_costs_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moderating, "MAX_LINE_BYTES", 1_000_000)
    monkeypatch.setattr(extracting, "MAX_FILE_BYTES", 1_000_000)
    file = tmp_path / "comments.jsonl.gz"
    file.write_bytes(gzip.compress(b" " * 20_000_000))
    with pytest.raises(CommentsUnreadable, match="longer than"):
        list(read_lines(file))
    ((_, answer),) = _rows(file)
    assert "longer than" in answer.message  # type: ignore[union-attr]
