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


NOT_FOUND, STUB = "not found", "redirect stub"
"""Signals of pages that only say that there is none here."""


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(words, re.IGNORECASE)


_ERRORS = (
    (
        NOT_FOUND,
        _pattern(
            r"\b(?:error|erreur|fehler|błąd|http|ошибка)?\W{0,3}(?:404|410)\b(?!\s*(?:ways|jobs|km|m\b|€|\$))|"
            r"\b(?:page|post|article|story|file|url|content|address|document|link)\b.{0,40}\b(?:not (?:be )?found|no longer exists?|"
            r"no longer available|(?:was|been|is) removed|do(?:es)?(?: no|n.)t exist|not exist)|"
            r"\b(?:can|could)(?:not| not|n.t) (?:find|locate)\b.{0,30}\b(?:page|post|article|file|content|you)|nothing (?:was )?found|"
            r"no (?:posts|articles|results) (?:were )?found|"
            r"(?:page|article|contenu|adresse|document|fiche)\b.{0,40}(?:introuvable|inexistante?|non trouvée?|n.existe (?:pas|plus)|supprimée?)|"
            r"pas (?:pu )?trouv(?:é|er)\b.{0,30}(?:page|article|contenu)|n.est plus (?:en ligne|disponible)|aucun (?:article|résultat)|"
            r"nie (?:znaleziono|odnaleziono|istnieje)|strona nie (?:istnieje|została)|stron[aę] .{0,30}nie (?:istnieje|ma)|"
            r"(?:seite|artikel|inhalt)\b.{0,40}(?:nicht gefunden|existiert .{0,20}nicht|nicht (?:mehr )?(?:vorhanden|verfügbar))|"
            r"(?:página|artículo|contenido|conteúdo|artigo)\b.{0,30}(?:no (?:se )?(?:encontrad|existe|encuentra|ha sido)|não (?:foi |)?(?:encontrad|existe))|"
            r"no (?:hemos podido|pudimos|se pudo|se ha podido) encontrar|"
            r"(?:pagina|articolo|contenuto)\b.{0,30}(?:non (?:è stata |)?(?:trovat|esiste)|niet (?:gevonden|bestaat)|bestaat niet|nu (?:a fost|există))|"
            r"(?:sidan|artikeln|siden|artikkelen|artiklen)\b.{0,40}(?:hittades inte|inte hittas|finns inte|findes ikke|finnes ikke|ikke (?:fundet|funnet))|"
            r"sivua ei löyt|stránk[au] (?:nebyla|neexistuje|nenalezena)|az oldal nem található|sayfa bulunamad|"
            r"страниц[аы] (?:.{0,20} )?(?:не найден|не существует|нет)|сторінк[аиу] не|ページ(?:が|は)見つかりません|ページは存在しません|"
            r"(?:页面|頁面|网页|網頁).{0,6}(?:不存在|找不到|未找到)|找不到.{0,8}(?:页面|頁面|网页|網頁)|페이지를 찾을 수 없|"
            r"الصفحة غير موجودة|η σελίδα δεν βρέθηκε"
        ),
    ),
    (
        "maintenance",
        _pattern(
            r"(?:under|scheduled|down for|undergoing|for|performing) (?:scheduled |routine )?maintenance|be (?:right )?back (?:soon|shortly|online)|"
            r"temporarily (?:unavailable|down|closed)|service unavailable|site (?:en|est en) (?:maintenance|travaux|construction)|"
            r"(?:en|opération de|cause de) maintenance|momentanément indisponible|de retour (?:bientôt|dans)|"
            r"przerwa techniczna|prace (?:konserwacyjne|techniczne)|wartungsarbeiten|(?:im|in) wartung|en mantenimiento|in manutenzione|"
            r"em manutenção|(?:in|wegens) onderhoud|(?:för|på grund av) underhåll|pga\.? vedligehold|huoltokatko|probíhá údržba|"
            r"karbantartás alatt|bakım (?:çalışması|modu)|технические работы|メンテナンス中|正在维护|系統維護|coming soon"
        ),
    ),
    (
        "captcha",
        _pattern(
            r"captcha|(?:verify|confirm|prove) (?:that )?you.{0,4}(?: a)? ?(?:re )?(?:are )?(?:a )?(?:human|not a robot)|"
            r"are you (?:a )?(?:human|robot)|(?:not|pas|kein|no|non|nie|inte|niet|não|ikke)(?: \w+){0,3} robot(?:er|em|ę)?\b|just a moment|"
            r"êtes[- ]vous (?:un )?(?:robot|humain)|(?:eres|es|sei|é) (?:un )?(?:humano|umano)|"
            r"checking (?:your browser|if the site)|attention required|unusual (?:traffic|activity)|trafic inhabituel|tráfico inusual|"
            r"ungewöhnlichen? (?:datenverkehr|aktivität)|access (?:to this page )?(?:has been )?denied|(?:accès|acceso|accesso|zugriff|acesso|toegang)"
            r" (?:refusé|denegado|negato|verweigert|negado|geweigerd)|nie jesteś robotem|potwierdź, że|dostęp zabroniony|"
            r"enable javascript and cookies|forbidden|you have been blocked|request blocked|ddos protection|я не робот|私はロボットではありません|人机验证"
        ),
    ),
    (
        "cookie wall",
        _pattern(
            r"(?:accept|agree to|consent to|enable|accepter|acceptez|autoris\w+|zaakceptuj|zgod\w+|akzeptier\w+|acept\w+|accett\w+|accepteer|aceit\w+).{0,60}cookies?|"
            r"cookies?.{0,60}(?:accept|consent|agree|accepter|akzeptier|zaakceptuj|zgod|required|obligatoires?|aceptar|accettare|accepteren)|"
            r"before you continue|mit werbung (?:weiter)?lesen|weiter mit werbung"
        ),
    ),
    (
        "site error",
        _pattern(
            r"(?:parse|fatal|syntax|internal server|database|500|502|503|application|runtime|server|mysql) error|"
            r"(?:uncaught|unhandled) exception|error establishing|stack ?trace|erreur (?:interne|fatale|de connexion|serveur|base)|"
            r"something went wrong|(?:an )?unexpected error|(?:une )?erreur (?:est survenue|s.est produite|inattendue)|fehler ist aufgetreten|"
            r"(?:ha ocurrido|se ha producido) un error|si è verificato un errore|wystąpił (?:\w+ )?błąd|ocorreu um erro|er is iets mis ?gegaan|"
            r"något gick fel|произошла ошибка|エラーが発生しました|"
            r"warning: \w+\(|you have an error in your sql|bad gateway|gateway time-?out|błąd (?:serwera|bazy|połączenia)|"
            r"xml-?rpc server accepts post|too many (?:requests|connections)|account (?:has been )?suspended|bandwidth limit|"
            r"(?:site|website) (?:has been )?(?:suspended|disabled|deactivated)|(?:compte|site) (?:suspendu|désactivé)|"
            r"(?:domain|domaine|website)\b.{0,30}(?:for sale|expired|parked|à vendre|expiré|steht zum verkauf)|\b[\w-]+\.\w{2,12} (?:is|may be) for sale|"
            r"(?:it works!|index of /|apache2? .{0,20}default page|welcome to nginx)"
        ),
    ),
    (
        "closed door",
        _pattern(
            r"not available in your (?:region|country|area|location)|(?:non|pas) disponible dans votre (?:pays|région)|"
            r"in (?:ihrem|deinem) land nicht verfügbar|no (?:está )?disponible en (?:tu|su) (?:país|región|zona)|non disponibile nel tuo paese|"
            r"(?:are you|you must be|i am) (?:over|at least|aged)? ?(?:18|21)|avez[- ]vous (?:plus de )?18 ans|sind sie (?:über )?18|"
            r"(?:update|upgrade) your browser|browser is (?:out of date|not supported)|navigateur (?:est )?(?:obsolète|n.est pas (?:supporté|pris))|"
            r"javascript (?:is )?(?:required|disabled)|(?:activez|activer|aktivieren sie|activa) javascript"
        ),
    ),
    (
        STUB,
        _pattern(
            r"^(?:\W*(?:redirecting|redirection(?: en cours)?|object moved|moved permanently|301 moved|302 found|found|"
            r"document (?:has )?moved|przekierowanie|weiterleitung|you are being redirected|if you are not redirected)\b)|"
            r"(?:you are being|will be|should be) (?:automatically )?redirected|vous allez être redirigé|si vous n.êtes pas redirigé"
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
    if survey.prompts == 1 and survey.prose < 1_500:  # whatever else the page says of itself
        yield _cue(PageKind.LOGIN, "password-prompt", 12.0, "where its text would stand it asks for a password")
        return
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
