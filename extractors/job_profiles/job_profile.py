"""Job profiles ("fiche métier", "job profile", "Berufsbild"): the profession, the pay and the schooling they state.

Read from a finished `Page`, so that a change of these rules needs no new extraction. Articles that are no job profile
give a record without a value; what a profile does not state is null, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from extractors.job_profiles.salaries import Salary, SalaryBasis, SalaryBonus, SalaryPeriod, salaries
from extractors.job_profiles.section_names import canonical_section, plain
from extractors.records import Page, Section

__all__ = ["ProfileFields", "canonical_section", "profile_fields"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFields:
    """What a job profile states. Amounts are in `salary_currency` (ISO 4217) per `salary_period`.

    `salary_min` and `salary_max` span every statement of pay with the currency and period of the first one; they are
    null where the page says only "up to" or "from". `education_level` is the least schooling asked for, in years after
    secondary school (Bac+N). Experience is in years.
    """

    profession: str | None = None
    salary_min: int | None = None
    salary_max: int | None = None
    salary_currency: str | None = None
    salary_period: SalaryPeriod | None = None
    salary_basis: SalaryBasis | None = None
    salary_bonus: SalaryBonus | None = None
    salary_text: str | None = None  # the sentence of the first statement
    education_level: int | None = None
    education_level_max: int | None = None
    experience_years_min: int | None = None
    experience_years_max: int | None = None


_LABELS = (
    r"fiches? (?:metiers?|de poste|pratique|profession)|metiers?|profession|job (?:profile|description|guide)|"
    r"(?:career|role) (?:profile|guide)|berufsbild|berufsprofil|berufe?|ficha (?:profesional|de puesto)|"
    r"perfil profesional|profesion|profilo professionale|scheda (?:professionale|professione)|professione"
)
_LABEL_FIRST = re.compile(rf"^(?:{_LABELS})$")
_LABEL_OPENS = re.compile(
    r"^\s*(?:fiche\s+m[ée]tier|job\s+profile|berufsbild)\s+(?:de\s+|d[’']|du\s+|of\s+(?:an?\s+)?)?(?P<name>\S.*)$",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"(?:(?<!\s)\s++)?[:|–—]\s*+|(?<!\s)\s++-\s++")
_OF_PROFILES = frozenset({"mission", "qualities", "skills", "training", "salary", "career", "constraints", "hiring"})
_LEAST_SECTIONS = 3
_MAX_PROFESSION = 80

_BAC = re.compile(
    r"\bbac\s?\+\s?(?P<low>[1-8])(?:\s?(?:/|-|–|à|a|ou|et|au)\s?(?:bac\s?)?\+?\s?(?P<high>[1-8])(?!\d))?", re.IGNORECASE
)
_DEGREES = (
    # years after secondary school, as the degrees are defined in law
    (8, r"doctorats?|phd|ph\.d\.|promotion zum dr|doctorado|dottorato"),
    (5, r"master(?:s|[’']s)?|mast[eè]re|ing[ée]nieurs?|dipl[oô]me d[’']ing[ée]nieur|laurea magistrale|máster"),
    (3, r"licences?(?: pro\w*)?|bachelor(?:s|[’']s)?|grado universitario|laurea triennale|b\.?u\.?t\.?"),
    (2, r"bts|dut|deust"),
)
_DEGREE_RULES = tuple((level, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for level, words in _DEGREES)
_NUMBER_WORDS = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "dix": 10,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "ein": 1, "zwei": 2, "drei": 3, "fünf": 5,
}  # fmt: skip
_YEARS_NUMBER = rf"\d{{1,2}}|{'|'.join(_NUMBER_WORDS)}"
_EXPERIENCE = re.compile(
    rf"(?P<low>{_YEARS_NUMBER})(?:\s?(?:à|-|–|ou|to|or|bis|oder|a|o)\s?(?P<high>{_YEARS_NUMBER}))?\s?\+?\s?"
    r"(?:ans?|années?|years?|jahren?|años?|anni)[’']?\s+(?:(?:minimum|au moins|of|d[’']une|di|de)\s+)?"
    r"(?:d[’']|de\s|of\s|di\s)?(?:(?:relevant|professional|work|solid\w*)\s+)?(?:exp[ée]rien\w+|anciennet[ée]|berufserfahrung|esperienza)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:exig|demand|requi|souhait|minimum|au moins|need|must|ask|erforderlich|voraus|richiest|necesari)",
    re.IGNORECASE,
)


def profile_fields(page: Page) -> ProfileFields:
    """What the page states as a job profile; all null for any other article."""
    named = [(canonical_section(section.heading or ""), section) for section in page.sections]
    profession = _profession(page.title or "")
    sections = {name for name, _ in named if name in _OF_PROFILES}
    is_labelled = profession is not None
    if not is_labelled and len(sections) < _LEAST_SECTIONS:
        return ProfileFields()
    pay = _pay(_parts(named, "salary"))
    low, high = _levels(_texts(named, "training") or [page.text])
    years = _experience(section.text for _, section in named)
    first = pay[0] if pay else None
    ends = [value for salary in pay for value in (salary.low, salary.high) if value is not None]
    floors, ceilings = [salary.low for salary in pay], [salary.high for salary in pay]
    return ProfileFields(
        profession=profession or _leading_part(page.title or ""),
        salary_min=round(min(ends)) if any(value is not None for value in floors) else None,
        salary_max=round(max(ends)) if any(value is not None for value in ceilings) else None,
        salary_currency=first.currency if first else None,
        salary_period=first.period if first else None,
        salary_basis=next((salary.basis for salary in pay if salary.basis), None),
        salary_bonus=next((salary.bonus for salary in pay if salary.bonus), None),
        salary_text=first.text if first else None,
        education_level=low,
        education_level_max=high,
        experience_years_min=years[0],
        experience_years_max=years[1],
    )


def _profession(title: str) -> str | None:
    """The title's part after a label such as "Fiche métier"; null where no label is."""
    parts = [part.strip() for part in _SPLIT.split(title) if part.strip()]
    for number, part in enumerate(parts[:-1]):
        if _LABEL_FIRST.match(plain(part)):
            return _as_profession(parts[number + 1])
    for part, label in pairwise(parts):
        if _LABEL_FIRST.match(plain(label)):
            return _as_profession(part)
    opening = _LABEL_OPENS.match(title)
    return _as_profession(_SPLIT.split(opening["name"])[0]) if opening else None


def _leading_part(title: str) -> str | None:
    """The first part of "Boulanger : la nuit, la pâte", for pages that are profiles by their sections."""
    return _as_profession(_SPLIT.split(title.strip())[0])


def _as_profession(words: str) -> str | None:
    words = words.strip(' .«»"')
    return words if words and len(words) <= _MAX_PROFESSION else None


def _texts(named: list[tuple[str | None, Section]], wanted: str) -> list[str]:
    """The texts of the sections of that name and of the subsections under them."""
    return [section.text for section in _parts(named, wanted)]


def _parts(named: list[tuple[str | None, Section]], wanted: str) -> list[Section]:
    found: list[Section] = []
    level: int | None = None
    for name, section in named:
        if level is not None and section.level > level:
            found.append(section)
            continue
        level = section.level if name == wanted else None
        if level is not None:
            found.append(section)
    return found


def _pay(parts: Iterable[Section]) -> list[Salary]:
    """The statements of pay that agree with the first in currency, period and, where stated, basis."""
    stated = [salary for part in parts for salary in salaries(part.text, part.heading or "")]
    first = next((salary for salary in stated if salary.period), stated[0] if stated else None)
    if first is None:
        return []
    same = [
        salary
        for salary in stated
        if (salary.currency, salary.period) == (first.currency, first.period)
        and (salary.basis is None or first.basis is None or salary.basis == first.basis)
    ]
    return [first, *(salary for salary in same if salary is not first)]


def _levels(texts: Iterable[str]) -> tuple[int | None, int | None]:
    """Least and most years of study: by "Bac + N" if stated, else by the degrees named."""
    joined = "\n".join(texts)
    stated = [int(level) for found in _BAC.finditer(joined) for level in found.groups() if level]
    if not stated:
        stated = [level for level, rule in _DEGREE_RULES if rule.search(joined)]
    return (min(stated), max(stated)) if stated else (None, None)


def _experience(texts: Iterable[str]) -> tuple[int | None, int | None]:
    """Years of experience asked for; "after five years of experience" asks for none."""
    for text in texts:
        for found in _EXPERIENCE.finditer(text):
            around = text[max(0, found.start() - 60) : found.end() + 40]
            if _ASKED.search(around):
                low = _years(found["low"])
                return low, _years(found["high"]) if found["high"] else None
    return None, None


def _years(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBER_WORDS[word.lower()]
