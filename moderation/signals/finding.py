"""What a signal is: a pure function from a view of one comment to a finding, or None for "nothing to say"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeVar

from moderation.signals.view import View

Span = tuple[int, int]


class Finding(NamedTuple):
    """What a signal found. `strength` is a number of the order of 1 (0 to about 4), the same for every site: the model
    multiplies it with the signal's weight. `quote` says what was found in the comment's own words, or in bare numbers
    where the signal has a `measure`: no sentence of ours is ever stored. `spans` are offsets in the comment's text.
    """

    strength: float
    quote: str
    spans: tuple[Span, ...] = ()


Signal = Callable[[View], Finding | None]
Family = Literal["words", "link", "author", "shape", "context"]
Trait = Literal["sender", "offer", "contact"]
Made = TypeVar("Made", bound=Signal)


class Named(NamedTuple):
    """A signal with its name, its expert's weight and its meaning in words.

    `prior` is the weight in log-odds for a strength of 1 that we would give it without any data; training starts from
    there and moves it as far as the labelled comments insist; a signal that the model does not know weighs its prior.
    `needs` is what a comment must have for the signal to be asked at all (see `View.has`), "" for nothing.
    `family` is what a site's layer weighs it with. `traits`: it speaks of the "sender" (then notices from other pages
    are judged by it too), of an "offer", or of a "contact"; an offer with a contact is an advertisement.
    `measure_en` and `measure_fr` phrase the numbers of a finding, "{} words"; before a "|" the form for one: "{} word".
    """

    name: str
    prior: float
    meaning_en: str
    meaning_fr: str
    find: Signal
    needs: str
    family: Family
    traits: frozenset[Trait]
    measure_en: str
    measure_fr: str


_registered: dict[str, Named] = {}


def signal(
    name: str,
    prior: float,
    en: str,
    fr: str,
    *,
    family: Family,
    needs: str = "",
    traits: tuple[Trait, ...] = (),
    measure: tuple[str, str] = ("", ""),
) -> Callable[[Made], Made]:
    """Marks a function as a signal; see `Named`. `measure` is in English and French.

    Raises ValueError if two signals share a name.
    """

    def mark(find: Made) -> Made:
        if name in _registered and _registered[name].find.__qualname__ != find.__qualname__:
            raise ValueError(f"two signals are named {name}")
        _registered[name] = Named(name, prior, en, fr, find, needs, family, frozenset(traits), *measure)
        return find

    return mark


def registered() -> dict[str, Named]:
    """Every signal imported so far; `moderation.signals.all_signals` imports them all first."""
    return _registered


def grown(count: int) -> float:
    """The strength of a finding that occurs `count` times: 1 for one, 2 for three, at most 3."""
    return _GROWN[count] if count < len(_GROWN) else 3.0


_GROWN = (0.0, 1.0, 1.585, 2.0, 2.322, 2.585, 2.807, 3.0)
