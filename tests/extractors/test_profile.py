"""Job profiles: sections by canonical name, pay, schooling and experience, on sentences of our own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.job_profiles.job_profile import ProfileFields, canonical_section, profile_fields
from extractors.job_profiles.salaries import SalaryBasis, SalaryBonus, SalaryPeriod, salaries
from extractors.records import Page, Section

DOCS = Path(__file__).parents[2] / "docs" / "job-profiles.md"
YEAR, MONTH, DAY, HOUR = SalaryPeriod.YEAR, SalaryPeriod.MONTH, SalaryPeriod.DAY, SalaryPeriod.HOUR
GROSS, NET = SalaryBasis.GROSS, SalaryBasis.NET
INCLUDED, EXCLUDED = SalaryBonus.INCLUDED, SalaryBonus.EXCLUDED


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Définition", "definition"), ("Qu’est-ce qu’un fromager ?", "definition"),
        ("Was ist ein Käser?", "definition"),
        ("Mission", "mission"), ("Les missions du fromager", "mission"), ("What does a cheesemaker do?", "mission"),
        ("Aufgaben und Tätigkeiten", "mission"), ("¿Qué hace un quesero?", "mission"), ("Mansioni", "mission"),
        ("Qualités", "qualities"), ("Profil recherché", "qualities"), ("Personal qualities", "qualities"),
        ("Compétences requises", "skills"), ("Kenntnisse", "skills"), ("Habilidades", "skills"),
        ("Contraintes", "constraints"), ("Les inconvénients du métier", "constraints"), ("Drawbacks", "constraints"),
        ("Formation demandée", "training"), ("2. Études", "training"), ("Comment devenir fromager ?", "training"),
        ("How to become a cheesemaker", "training"), ("Wie wird man Käser?", "training"), ("Formazione", "training"),
        ("Rémunération", "salary"), ("Combien gagne un fromager ?", "salary"), ("How much does he earn?", "salary"),
        ("Gehalt", "salary"), ("Was verdient ein Käser?", "salary"), ("¿Cuánto gana?", "salary"),
        ("Stipendio", "salary"),
        ("Évolution de carrière", "career"), ("Karriere", "career"), ("Débouchés", "hiring"),
        ("Où travailler ?", "hiring"),
        ("Avantages et inconvénients", "advantages"), ("Pros and cons", "advantages"), ("Une journée type", "day"),
        ("Conditions de travail", "environment"), ("Commentaire du cabinet", "comment"),
        ("L’avis de la rédaction", "comment"),
        ("III - En résumé", "conclusion"), ("FAQ", "faq"), ("Témoignages", "testimony"), ("Outils", "tools"),
        ("Pour en savoir plus", "further"), ("Expérience", "experience"),
        ("Photos", None), ("", None), ("12 commentaires", None), ("Related articles", None),
        ("The day the cows came home", None), ("Une semaine de grève au pays du comté", None), ("x" * 200, None),
    ],
)  # fmt: skip
def test_a_section_is_named_by_what_its_heading_says(heading: str, name: str | None) -> None:
    assert canonical_section(heading) == name


@pytest.mark.parametrize(
    ("text", "low", "high", "currency", "period", "basis"),
    [
        ("Il gagne de 40 à 80 K€ bruts annuels.", 40_000, 80_000, "EUR", YEAR, GROSS),
        ("2 500 € brut par mois", 2_500, 2_500, "EUR", MONTH, GROSS),
        ("2 500 € net/mois", 2_500, 2_500, "EUR", MONTH, NET),
        ("£30,000 - £45,000", 30_000, 45_000, "GBP", YEAR, None),
        ("45-55k€", 45_000, 55_000, "EUR", YEAR, None),
        ("35/40 K€", 35_000, 40_000, "EUR", YEAR, None),
        ("30K€ à 45K€ selon profil", 30_000, 45_000, "EUR", YEAR, None),
        ("entre 30 000 et 35 000 euros", 30_000, 35_000, "EUR", YEAR, None),
        ("de 1 800 à 2 200 € par mois", 1_800, 2_200, "EUR", MONTH, None),
        ("€45.000 bis €60.000 brutto pro Jahr", 45_000, 60_000, "EUR", YEAR, GROSS),
        ("3.000 bis 4.500 Euro brutto im Monat", 3_000, 4_500, "EUR", MONTH, GROSS),
        ("de 24.000 a 30.000 euros brutos anuales", 24_000, 30_000, "EUR", YEAR, GROSS),
        ("da 25.000 a 35.000 € lordi annui", 25_000, 35_000, "EUR", YEAR, GROSS),
        ("$85,000–$120,000 a year", 85_000, 120_000, "USD", YEAR, None),
        ("CHF 80'000 pro Jahr", 80_000, 80_000, "CHF", YEAR, None),
        ("11,65 € de l’heure", 11.65, 11.65, "EUR", HOUR, None),
        ("TJM : 400 à 600 €", 400, 600, "EUR", DAY, None),
        ("à partir de 1 800 € net par mois", 1_800, None, "EUR", MONTH, NET),
        ("jusqu’à 60 K€", None, 60_000, "EUR", YEAR, None),
        ("1.801,80 euros bruts", 1801.8, 1801.8, "EUR", None, GROSS),
        ("On y gagne 2000€.", 2_000, 2_000, "EUR", None, None),
    ],
)  # fmt: skip
def test_pay_is_read_as_stated(
    text: str,
    low: float | None,
    high: float | None,
    currency: str,
    period: SalaryPeriod | None,
    basis: SalaryBasis | None,
) -> None:
    (found,) = salaries(text)
    assert (found.low, found.high, found.currency, found.period, found.basis) == (low, high, currency, period, basis)
    assert found.text == text


@pytest.mark.parametrize(
    ("text", "low", "high", "period", "basis", "bonus"),
    [
        ("2 000 à 2 500 € brut mensuel, primes comprises", 2_000, 2_500, MONTH, GROSS, INCLUDED),
        ("Entre 2 000 et 2 500 euros nets par mois hors primes.", 2_000, 2_500, MONTH, NET, EXCLUDED),
        ("Salaire brut mensuel, primes incluses : 3 100 €", 3_100, 3_100, MONTH, GROSS, INCLUDED),
        ("30 K€ bruts par an, plus primes", 30_000, 30_000, YEAR, GROSS, EXCLUDED),
        ("35 k€ (primes non comprises)", 35_000, 35_000, YEAR, None, EXCLUDED),
        ("£30,000 a year including bonuses", 30_000, 30_000, YEAR, None, INCLUDED),
        ("40.000 € brutto im Jahr ohne Boni", 40_000, 40_000, YEAR, GROSS, EXCLUDED),
        ("De 1 800 € brut par mois à 2 500 € brut par mois", 1_800, 2_500, MONTH, GROSS, None),
        ("3.000 € brutto bis 4.000 € brutto im Monat", 3_000, 4_000, MONTH, GROSS, None),
    ],
)
def test_bonuses_beside_pay_are_told_and_leave_it_pay(text, low, high, period, basis, bonus):
    (found,) = salaries(text)
    assert (found.low, found.high, found.period, found.basis, found.bonus) == (low, high, period, basis, bonus)


def test_a_period_said_once_holds_for_the_amounts_around_it():
    listed = "Salaire brut mensuel :\nDébutant : 1 800 €\nConfirmé : 2 600 €\nSenior : de 3 000 € à 3 400 €"
    assert [(one.low, one.high, one.period, one.basis) for one in salaries(listed)] == [
        (1_800, 1_800, MONTH, GROSS),
        (2_600, 2_600, MONTH, GROSS),
        (3_000, 3_400, MONTH, GROSS),
    ]
    told = (
        "Un débutant gagne 1 900 € bruts par mois. En fin de carrière, on atteint 3 500 €. Le matériel vaut 90 000 €."
    )
    assert [(one.low, one.high, one.period) for one in salaries(told)] == [
        (1_900, 1_900, MONTH),
        (None, 3_500, MONTH),
        (90_000, 90_000, YEAR),
    ]


def test_a_heading_says_the_period_and_basis_of_the_amounts_under_it():
    fields = profile_fields(page("Fiche métier : Luthier", Salaire_net_mensuel="De 1 500 € à 2 100 €, hors primes."))
    assert (fields.salary_min, fields.salary_max, fields.salary_period) == (1_500, 2_100, MONTH)
    assert (fields.salary_basis, fields.salary_bonus) == (NET, EXCLUDED)


def test_gross_and_net_pay_are_not_spanned_together():
    fields = profile_fields(
        page(
            "Fiche métier : Luthier",
            Salaire="2 000 € bruts par mois, soit 1 560 € nets par mois. Puis 2 600 € bruts par mois.",
        )
    )
    assert (fields.salary_min, fields.salary_max, fields.salary_basis) == (2_000, 2_600, GROSS)


@pytest.mark.parametrize(
    "text",
    [
        "500 € de prime", "une prime comprise entre 300 et 900 €", "35 heures et deux jours", "une prime de 500 €", "de 5 à 15 % du fixe", "un budget de 40 K€", "2 SMIC",
        "Bac + 5",
        "de 60 000 à 120 000 € d’investissement", "en 2014 ou 2015", "", "€", "30 à 40 personnes",
    ],
)  # fmt: skip
def test_what_is_no_pay_is_not_read(text: str) -> None:
    assert list(salaries(text)) == []


def page(title: str, **texts: str) -> Page:
    sections = tuple(Section(level=2, heading=heading.replace("_", " "), text=text) for heading, text in texts.items())
    return Page(url="https://example.org/p", canonical_url="https://example.org/p", title=title, sections=sections)


def test_a_profile_gives_its_fields() -> None:
    fields = profile_fields(
        page(
            "Fiche métier : Fromager affineur",
            Mission="Il affine des fromages qui coûtent 30 € le kilo.",
            Formation_demandée="De bac + 2 à bac + 5. Trois ans d’expérience minimum sont demandés.",
            Rémunération="De 24 à 30 K€ bruts annuels pour un débutant, de 32 à 45 K€ ensuite. "
            "Une prime de 900 € suit. À son compte, 150 € la journée.",
        )
    )
    assert fields == ProfileFields(
        profession="Fromager affineur",
        salary_min=24_000,
        salary_max=45_000,
        salary_currency="EUR",
        salary_period=YEAR,
        salary_basis=GROSS,
        salary_text="De 24 à 30 K€ bruts annuels pour un débutant, de 32 à 45 K€ ensuite.",
        education_level=2,
        education_level_max=5,
        experience_years_min=3,
    )


@pytest.mark.parametrize(
    ("title", "profession"),
    [
        ("Fiche métier : Responsable des caves", "Responsable des caves"),
        ("Responsable des caves - Fiche métier", "Responsable des caves"),
        ("Fiche métier fromager : salaire, formation", "fromager"),
        ("Job profile: Cheese maker | Dairy Jobs", "Cheese maker"),
        ("Berufsbild: Käser", "Käser"),
        ("Ficha profesional – Quesero", "Quesero"),
    ],
)
def test_the_profession_is_what_the_label_of_the_title_names(title: str, profession: str) -> None:
    assert profile_fields(page(title)).profession == profession


def test_sections_make_a_profile_where_the_title_does_not() -> None:
    fields = profile_fields(
        page("Fromager : le métier qui prend son temps", Missions="x", Qualités="y", Salaire="2 000 € net par mois")
    )
    assert (fields.profession, fields.salary_min, fields.salary_period) == ("Fromager", 2_000, MONTH)


def test_subsections_belong_to_their_section() -> None:
    profile = page("Fiche métier : Fromager")
    sections = (
        Section(level=2, heading="Salaire", text="Il dépend de la cave."),
        Section(level=3, heading="Débutant", text="De 22 000 à 25 000 € par an."),
        Section(level=3, heading="Confirmé", text="Jusqu’à 40 000 € par an."),
        Section(level=2, heading="Caves", text="La cave coûte 90 000 € par an."),
    )
    fields = profile_fields(Page(url=profile.url, canonical_url=profile.url, title=profile.title, sections=sections))
    assert (fields.salary_min, fields.salary_max) == (22_000, 40_000)


def test_an_article_that_is_no_profile_gives_nothing() -> None:
    assert profile_fields(page("Les salaires ont baissé", Salaires="Il gagne 40 K€ par an.")) == ProfileFields()


def test_only_up_to_leaves_the_lower_end_open() -> None:
    fields = profile_fields(page("Fiche métier : Fromager", Salaire="Jusqu’à 40 K€ par an."))
    assert (fields.salary_min, fields.salary_max) == (None, 40_000)


def test_experience_that_is_only_told_is_not_asked() -> None:
    fields = profile_fields(page("Fiche métier : Fromager", Salaire="Avec cinq ans d’expérience, 40 K€ par an."))
    assert fields.experience_years_min is None


@given(st.text(max_size=80), st.text(alphabet="0123456789 .,-€k£àKbrutsanmoi/+", max_size=120))
def test_no_text_breaks_a_profile(title: str, text: str) -> None:
    fields = profile_fields(page(f"Fiche métier : {title}", Salaire=text, Formation=text))
    if fields.salary_min is not None and fields.salary_max is not None:
        assert fields.salary_min <= fields.salary_max
    assert canonical_section(title) == canonical_section(title)


def test_every_canonical_name_is_in_the_docs() -> None:
    docs = DOCS.read_text("utf-8")
    for heading in (
        "Mission",
        "FAQ",
        "Outils",
        "Salaire",
        "Débouchés",
        "Conclusion",
        "Une journée type",
        "Témoignages",
    ):
        assert f"| `{canonical_section(heading)}` |" in docs
