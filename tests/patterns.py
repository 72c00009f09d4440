"""Every regular expression of the product, and how its time grows with hostile input.

`patterns()` walks the modules and their source: module and class attributes, whatever their containers, and the
literals that are given to `re` where they are used. `growth()` feeds one of them texts of its own alphabet.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import signal
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

PACKAGES = ("extractors", "moderation", "storage", "flows")
ANCHORED = frozenset({"match", "fullmatch"})
_METHODS = frozenset({"search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split"})
_USE = re.compile(r"\b([A-Za-z_]\w*+)(?:\.(\w++))?(\s*[:=](?!=))?")
_parser: Any = re._parser  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Named:
    """A pattern, where it stands, and how it is used: `findall` stands for each search from every place of a text."""

    place: str
    pattern: re.Pattern[str]
    methods: tuple[str, ...]  # of "findall", "fullmatch" and "match", what tries it hardest


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        root = importlib.import_module(package)
        yield root
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if ".migrations" not in found.name and not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


@cache
def patterns() -> tuple[Named, ...]:
    """Each distinct pattern once, with every use that is made of its name: in its module, and anywhere if it is public."""
    everywhere: defaultdict[str, set[str]] = defaultdict(set)
    for package in PACKAGES:
        for path in Path(package).rglob("*.py"):
            for name, used in uses_in(path).items():
                everywhere[name] |= used
    found: dict[str, Named] = {}
    for module in modules():
        here, source = uses_in(Path(module.__file__ or "")), Path(module.__file__ or "").read_text()
        for place, pattern in (*held_by(module), *written_in(module)):
            literal, name = place.partition("()")[2], place.rpartition(".")[2].partition("[")[0]
            used = {literal} if literal else (here if name.startswith("_") else everywhere)[name]
            methods = {method if method in ANCHORED else "findall" for method in used & _METHODS}
            if not methods or used - _METHODS:  # handed on to others, or held in a tuple
                methods |= {"findall"} | ({"fullmatch"} if ".fullmatch(" in source else set())
            if literal != "compile" or pattern.pattern not in found:
                before = found.get(pattern.pattern)
                methods |= set(before.methods) if before else set()
                least = {"match"} if len(methods) > 1 else set()
                found[pattern.pattern] = Named(place, pattern, tuple(sorted(methods - least)))
    return tuple(found.values())


@cache
def uses_in(path: Path) -> defaultdict[str, set[str]]:
    """name -> how a source uses it: a method called on it, or "" where it is handed on."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, method, is_set in _USE.findall(path.read_text()):
        if not is_set:
            found[name].add(method)
    return found


def held_by(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str]]]:
    for name, value in list(vars(module).items()):
        owner = getattr(value, "__module__", module.__name__)
        if inspect.isclass(value) and owner == module.__name__:
            for inner, held in list(vars(value).items()):
                yield from within(f"{module.__name__}.{name}.{inner}", held, set())
        elif not isinstance(value, ModuleType) and not callable(value):
            yield from within(f"{module.__name__}.{name}", value, set())


def within(place: str, value: object, seen: set[int]) -> Iterator[tuple[str, re.Pattern[str]]]:
    if id(value) in seen or len(seen) > 5_000:
        return
    if isinstance(value, re.Pattern):
        yield place, as_text(value)
        return
    seen.add(id(value))
    if isinstance(value, Mapping):
        items = [(f"[{key!r:.40}]", inner) for key, inner in value.items()]
    elif isinstance(value, list | tuple | set | frozenset):
        items = [(f"[{at}]", inner) for at, inner in enumerate(value)]
    elif is_dataclass(value) and not isinstance(value, type):
        items = [(f"[{one.name}]", getattr(value, one.name, None)) for one in fields(value)]
    else:
        return
    for suffix, inner in items:
        if not isinstance(inner, str | bytes | int | float):
            yield from within(place + suffix, inner, seen)


def as_text(pattern: re.Pattern[Any]) -> re.Pattern[str]:
    """A pattern of bytes as the same of their Latin-1 characters."""
    if isinstance(pattern.pattern, str):
        return pattern
    return re.compile(pattern.pattern.decode("latin-1"), pattern.flags & ~re.UNICODE | re.ASCII)


def written_in(module: ModuleType) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Literals given to re.search(...) and the like, within functions too."""
    if not (module.__file__ or "").endswith(".py"):
        return
    for node in ast.walk(ast.parse(Path(module.__file__ or "").read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):
            continue
        text = node.args[0]
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            flags = re.IGNORECASE if "IGNORECASE" in ast.dump(node) else re.NOFLAG
            yield f"{module.__name__}:{node.lineno}()" + node.func.attr, re.compile(text.value, flags)


def letters(pattern: re.Pattern[str]) -> list[str]:
    """What the pattern is made of: its literals and one or two members of its classes."""
    found: dict[str, None] = {}

    def take(items: Any) -> None:
        for op, value in items:
            name = str(op)
            if name in ("LITERAL", "NOT_LITERAL"):
                found[chr(value)] = None
            elif name == "RANGE":
                found[chr(value[0])] = found[chr(value[1])] = None
            elif name == "CATEGORY":
                for char in {"DIGIT": "7", "SPACE": " \n", "WORD": "w"}.get(str(value).rpartition("_")[2], "."):
                    found[char] = None
            elif name == "ANY":
                found["."] = None
            elif name == "IN":
                take(value[:12])
            elif name == "BRANCH":
                for branch in value[1]:
                    take(branch)
            elif name in ("SUBPATTERN", "ATOMIC_GROUP", "MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
                take(value if name == "ATOMIC_GROUP" else value[-1])
            elif name in ("ASSERT", "ASSERT_NOT"):
                take(value[1])

    take(_parser.parse(pattern.pattern, pattern.flags))
    return list(found)


def runs(pattern: re.Pattern[str]) -> list[str]:
    """Short texts that the pattern reads part of: each alternative, repeats once, at most a hundred characters."""

    def example(items: Any, pick: int) -> str:
        text = ""
        for op, value in items:
            name = str(op)
            if name == "LITERAL":
                text += chr(value)
            elif name == "NOT_LITERAL" or name == "ANY":
                text += "x"
            elif name == "IN":
                text += member(value)
            elif name == "BRANCH":
                text += example(value[1][pick % len(value[1])], pick)
            elif name == "SUBPATTERN":
                text += example(value[-1], pick)
            elif name == "ATOMIC_GROUP":
                text += example(value, pick)
            elif name.endswith("REPEAT"):
                text += example(value[2], pick) * max(1, min(value[0], 5))
        return text

    def member(items: Any) -> str:
        if str(items[0][0]) == "NEGATE":
            banned = re.compile(_unparsed(items))
            return next((char for char in "xw7 -é.\x01<" if banned.match(char)), "ʯ")
        op, value = str(items[0][0]), items[0][1]
        if op == "LITERAL":
            return chr(value)
        if op == "RANGE":
            return chr(value[0])
        return {"DIGIT": "7", "SPACE": " ", "WORD": "w"}.get(str(value).rpartition("_")[2], "x")

    tree = _parser.parse(pattern.pattern, pattern.flags)
    made: dict[str, None] = {}
    for pick in range(6):
        made[example(tree, pick)[:100]] = None
    return [text for text in made if text]


def _unparsed(items: Any) -> str:
    """A class's items as a class again; unknown parts are left out."""
    inner = ""
    for op, value in items[1:]:
        name = str(op)
        if name == "LITERAL":
            inner += re.escape(chr(value))
        elif name == "RANGE":
            inner += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        elif name == "CATEGORY":
            kind = str(value).removeprefix("CATEGORY_")
            letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[kind.rpartition("_")[2]]
            inner += "\\" + (letter.upper() if kind.startswith("NOT_") else letter)
    return f"[^{inner}]"


def hostile_units(pattern: re.Pattern[str]) -> list[tuple[str, str, str]]:
    """(head, unit, tail): what is repeated between what."""
    alphabet = letters(pattern)
    examples = runs(pattern)
    singles = alphabet[:24]
    tails = ("", "\x01")
    units: dict[tuple[str, str, str], None] = {}
    for unit in (*singles, " ", "a", "7", "\n"):
        units["", unit, "\x01"] = None
        if unit in (" ", "a", "\n", "7"):
            units["x", unit, ""] = None
    for example in examples:
        for tail in tails:
            units["", example, tail] = None
        units["", example[:-1] or "x", "\x01"] = None
        for unit in (*singles[:8], " ", "a"):
            for cut in {1, len(example) // 2, len(example) - 1}:
                if 0 < cut < len(example):
                    units[example[:cut], unit, "\x01"] = None
    for first in singles[:6]:
        for second in (*singles[:6], " ", "a"):
            if first != second:
                units["", first + second, "\x01"] = None
    return list(units)


_START = 1_000  # plain passes that the smallest text may cost: patterns with hundreds of alternatives need some


class TooMuch(BaseException):
    """The time that a linear pattern would need is up; raised from within the search."""


def worst(
    named: Named, sizes: tuple[int, ...], allowed: float, further: int | None = None
) -> tuple[int, float, str] | None:
    """The first text whose time grows more than `allowed` times from one size to the next: the size, how many times,
    and the text; None if there is none. Counted in CPU time of this process; a search is ended from within as soon as
    it is beyond, so that even an exponential one costs little. What is quicker than a plain pass over a text of that
    size counts as such a pass. `further`: ten times the last size, for the text alone that took longest.
    """
    tries = [
        (getattr(named.pattern, method), *text) for method in named.methods for text in hostile_units(named.pattern)
    ]
    longest: tuple[float, Any] = 0.0, None
    for apply, head, unit, tail in tries:
        before = _START * reference(sizes[0]) / allowed
        for size in sizes:
            limit = allowed * max(before, reference(size) / 10)
            text = text_of(head, unit, tail, size)
            taken = spent(apply, text, limit)
            if taken > limit:  # once more: the machine may have been at fault
                if size > sizes[0]:
                    earlier = text_of(head, unit, tail, sizes[sizes.index(size) - 1])
                    limit = allowed * max(before, reference(size) / 10, spent(apply, earlier, 10 * limit))
                taken = min(spent(apply, text, limit), spent(apply, text, limit))
                if taken > limit:
                    return size, allowed * taken / limit, f"{head!r} + {unit!r} * n + {tail!r}"
            before = taken
        longest = max(longest, (before, (apply, head, unit, tail)), key=lambda pair: pair[0])
    if further and longest[1]:
        apply, *text = longest[1]
        limit = allowed * max(longest[0], reference(further) / 10)
        taken = min(spent(apply, text_of(*text, further), limit) for _ in range(3))
        if taken > limit:
            return further, allowed * taken / limit, "{!r} + {!r} * n + {!r}".format(*text)
    return None


def text_of(head: str, unit: str, tail: str, size: int) -> str:
    return head + unit * (size // len(unit)) + tail


@cache
def reference(size: int) -> float:
    """What one pass over so many characters costs here and now: the unit below which no time is told apart."""
    text, pattern = "ab" * (size // 2), re.compile("(?:a|b|[c-z])")
    return max(min(spent(pattern.findall, text, None) for _ in range(5)), 1e-6)


def spent(work: Any, text: str, limit: float | None) -> float:
    """CPU seconds of this thread; what exceeds the limit is ended."""
    began, working = time.thread_time(), True

    def over(number: int, frame: FrameType | None) -> None:
        nonlocal working  # once only: a late signal must not end what follows
        if working and limit is not None and time.thread_time() - began > limit:
            working = False
            raise TooMuch

    before = signal.signal(signal.SIGPROF, over)
    try:
        signal.setitimer(signal.ITIMER_PROF, max(limit or 0.0, 0.002), 0.002)
        work(text)
        working = False
    except TooMuch:
        pass  # the time says it
    signal.setitimer(signal.ITIMER_PROF, 0)
    taken = time.thread_time() - began
    signal.signal(signal.SIGPROF, before)
    return taken
