"""Known shapes of pages that answer 200 and are none: not found, maintenance, captcha, cookie wall, login, stub."""

# ruff: noqa: E501 (tables of words in many languages)

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.kinds.survey import Survey
from extractors.records import KindCue, PageKind
from extractors.structured import Statements

SHORT = 900
"""Characters of visible text up to which a page can be one of these; what names itself so in its title may be longer."""
LONGER = 3_000


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


_ERRORS = (
    (
        "not found",
        _pattern(
            r"\b(?:error|erreur|fehler|błąd|http)?\W{0,3}(?:404|410)\b(?!\s*(?:ways|jobs|km|m\b|€|\$))|"
            r"\b(?:page|post|article|story|file|url|content|address) (?:was |is |has |could |can(?:no|')t |you.{0,25})?"
            r"(?:be |been )?(?:not found|not be found|no longer (?:exists?|available)|removed|does ?n.t exist)|"
            r"nothing (?:was )?found|no (?:posts|articles|results) (?:were )?found|(?:can.t|cannot|couldn.t) find (?:the|that|this) page|"
            r"(?:page|article|contenu|adresse) (?:introuvable|inexistante?|non trouvée?|n.existe (?:pas|plus)|supprimée?)|"
            r"n.est plus (?:en ligne|disponible)|aucun (?:article|résultat)|"
            r"nie (?:znaleziono|odnaleziono|istnieje)|strona nie (?:istnieje|została)|"
            r"seite (?:wurde )?nicht gefunden|página no encontrada|pagina non trovata|pagina niet gevonden"
        ),
    ),
    (
        "maintenance",
        _pattern(
            r"(?:under|scheduled|down for|undergoing|for) (?:scheduled |routine )?maintenance|be (?:right )?back (?:soon|shortly|online)|"
            r"temporarily (?:unavailable|down|closed)|service unavailable|site (?:en|est en) (?:maintenance|travaux|construction)|"
            r"(?:en|opération de|cause de) maintenance|momentanément indisponible|de retour (?:bientôt|dans)|"
            r"przerwa techniczna|prace (?:konserwacyjne|techniczne)|wartungsarbeiten|en mantenimiento|in manutenzione|coming soon"
        ),
    ),
    (
        "captcha",
        _pattern(
            r"captcha|verify (?:that )?you are (?:a )?human|are you (?:a )?(?:human|robot)|not a robot|just a moment|"
            r"checking (?:your browser|if the site)|attention required|unusual (?:traffic|activity)|access (?:to this page )?(?:has been )?denied|"
            r"(?:êtes|n.êtes) pas un robot|vérifi(?:ez|cation) que vous êtes|trafic inhabituel|accès refusé|"
            r"nie jesteś robotem|potwierdź, że|dostęp zabroniony|enable javascript and cookies|forbidden|you have been blocked|ddos protection"
        ),
    ),
    (
        "cookie wall",
        _pattern(
            r"(?:accept|agree to|consent to|enable|accepter|acceptez|autoris\w+|zaakceptuj|zgod\w+|akzeptier\w+).{0,60}cookies?|"
            r"cookies?.{0,60}(?:accept|consent|agree|accepter|zaakceptuj|zgod|akzeptier|required|obligatoires?)|before you continue"
        ),
    ),
    (
        "a program's complaint",
        _pattern(
            r"(?:parse|fatal|syntax|internal server|database|500|502|503|application|runtime|server|mysql) error|"
            r"(?:uncaught|unhandled) exception|error establishing|stack ?trace|erreur (?:interne|fatale|de connexion|serveur|base)|"
            r"warning: \w+\(|you have an error in your sql|bad gateway|gateway time-?out|błąd (?:serwera|bazy|połączenia)|"
            r"xml-?rpc server accepts post|too many (?:requests|connections)|account (?:has been )?suspended|bandwidth limit|"
            r"(?:domain|domaine) (?:is |est )?(?:for sale|expired|à vendre|expiré)|(?:it works!|index of /|apache2? .{0,20}default page|welcome to nginx)"
        ),
    ),
    (
        "redirect stub",
        _pattern(
            r"^(?:\W*(?:redirecting|redirection(?: en cours)?|object moved|moved permanently|301 moved|302 found|found|"
            r"document (?:has )?moved|przekierowanie|weiterleitung|you are being redirected|if you are not redirected)\b)|"
            r"(?:you are being|will be|should be) (?:automatically )?redirected|vous allez être redirigé"
        ),
    ),
)
_LOGIN = _pattern(
    r"\b(?:log ?in|sign ?in|log ?on|connexion|se connecter|connectez[- ]vous|identifi(?:ez|cation)|zaloguj|logowanie|anmelden|anmeldung|"
    r"einloggen|iniciar sesión|accedi|inloggen|register|create an account|s.inscrire|inscription|lost (?:your )?password|mot de passe "
    r"(?:oublié|perdu)|members? only|réservé aux (?:abonnés|membres)|subscribers only|subscribe to (?:read|continue)|"
    r"password protected|protégée? par (?:un )?mot de passe|chronion[aey] hasłem|dla (?:zalogowanych|subskrybentów)|must be logged in)"
)


def shape_cues(survey: Survey, statements: Statements) -> Iterator[KindCue]:
    """Errors and logins are short; longer pages have to say it in their title or first heading."""
    named = [survey.title, *(heading.text for heading in survey.headings[:2])]
    refresh = statements.meta("refresh")
    if refresh and "url=" in refresh.lower().replace(" ", "") and survey.shown < SHORT:
        yield _cue(PageKind.ERROR, "refresh", 6.0, "it only sends the reader on to another address")
    if survey.shown > LONGER:
        return
    is_short = survey.shown <= SHORT
    for name, words in _ERRORS:
        in_title = next((text for text in named if len(text) <= 90 and words.search(text)), None)
        found = words.search(survey.words[:SHORT]) if is_short else None
        if in_title and (is_short or survey.prose < SHORT):
            weight = 6.0 if is_short else 3.5
            yield _cue(PageKind.ERROR, name, weight, f"it says “{in_title[:80]}” ({name})")
            return
        if found and survey.prose < 600:
            yield _cue(PageKind.ERROR, name, 4.0, f"it is short and says “{found.group()[:80]}” ({name})")
            return
    login = next((text for text in named if len(text) <= 90 and _LOGIN.search(text)), None)
    if survey.passwords and (login or survey.prose < 400):
        yield _cue(PageKind.LOGIN, "password", 6.0, "it asks for a password and says little else")
    elif login and is_short:
        yield _cue(PageKind.LOGIN, "login", 4.0, f"it says “{login[:80]}”")
    elif is_short and survey.prose < 500 and (found := _LOGIN.search(survey.words[:SHORT])) and not survey.comment_form:
        weight = 2.5 if survey.headings else 3.5
        yield _cue(PageKind.LOGIN, "login", weight, f"it is short and says “{found.group()[:80]}”")


def _cue(kind: PageKind, signal: str, log_odds: float, because: str) -> KindCue:
    return KindCue(kind=kind, signal=signal, log_odds=log_odds, because=because)
