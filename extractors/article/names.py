"""Names of people as bylines, metadata and author boxes write them: cleaned, told apart from roles, sites and prose."""

from __future__ import annotations

import re
from collections.abc import Collection
from html import unescape

from extractors.article.given_names import opens_with_given_name
from extractors.article.metadata import words

MAX_NAMES = 8
_MAX_LINE = 500  # characters; longer is no list of names
_MAX_NAME = 60  # characters
_MAX_WORDS = 6
_MAX_UNCASED = 4  # words
_SIGNS = (
    r"автор(?:ы|ка|ка статьи|и)?|написал[аи]?|подготовил[аи]?|аутор|пише|piše|napisao|napisala|avtor(?:ica)?|"
    r"napisał[ao]?|opracował[ao]?|napsala?|szerző|írta|kirjoittaja|kirjoittanut|(?:skriven|skrevet|skrivet) a[vf]|"
    r"skribent|"
    r"scris de|autors|autorius|autorė|parengė|kirjutas|yazar[ıi]?|yazan|penulis|tác giả|συντάκτης|συντάκτρια|"
    r"γράφ(?:ει|ουν)(?: [οη])?|συγγραφέας|"
    r"بقلم|كتب(?:ت|ه|ها)?|كتابة|الكاتبة?|المؤلفة?|إعداد|نویسنده|به قلم|نوشته|מאת|נכתב על ידי|लेखक|ผู้เขียน|เขียนโดย|โดย|"
    r"撰文|撰稿人?|作者|记者|記者|著者|執筆者?|筆者|ライター|기자명|글쓴이|작성자|글\s?·\s?사진"
)
"""Words before a name, in languages of the east and north."""
_BY = (
    r"by|par|von|vom|por|di|da|door|av|af|przez|bởi|oleh|"
    r"(?:(?:this (?:post|article|story) (?:was|is) )?(?:guest )?(?:written|posted|published|story|text|reported|words|"
    r"article|submitted|created|authored|contributed|posts?|blog)|advice|interview|review) by|"
    r"(?:écrit|publié|rédigé|posté|proposé|mis en ligne) par|propos recueillis par|recueilli par|"
    r"(?:un |une )?(?:article|billet|texte|entretien|tribune) (?:de|par)|"
    r"(?:geschrieben|veröffentlicht|verfasst|erstellt|gepostet|eingestellt|gespeichert) von|"
    r"ein (?:artikel|beitrag|gastbeitrag|kommentar|interview) von|gastbeitrag von|"
    r"(?:escrito|publicado|redactado) por|(?:scritto|pubblicato) da|a cura di|articolo di|"
    r"(?:geschreven|geplaatst) door|"
    r"text(?:e|o)? (?:von|by|par|por|di)|"
    r"(?:words?|text(?:e|o)?|story)(?:\s*(?:&|and|und|et|\+|/)\s*(?:photos?|fotos?|bilder|images?))?(?=\s*:)|"
    r"(?:l['’]|d(?:er|ie) |the |el |la |l[oa] |post |guest |gast|co-?|haupt)?"
    r"(?:autor(?:in|en|es|a|as)?|auteur(?:e|rice)?s?|"
    r"author\(?s?\)?|autor[ei]|verfasser(?:in)?|writer|redacteur|rédacteur|rédactrice)(?:\s*(?:est|ist|is|es|:))?|"
    rf"{_SIGNS}|文|글|(?:text|tekst|teksti|текст|текстът|haber|reporter|journalist|журналист|کاری از)(?=\s?[:：])"
)
PREFIX = re.compile(rf"^\W*(?:{_BY})(?:\b|(?<=\W))[\s:：·|–-]*", re.IGNORECASE)
"""The words that introduce a name, with what stands between."""
LABELLED = re.compile(
    rf"(?:^|[\s|｜•·/,;–—(（【\[])(?:authors?|autor(?:in|en|es|a)?|auteure?s?|autore|text|words|tekst|текст|글|文|{_SIGNS})"
    r"\s?[:：]\s?(?P<names>[^:：|｜•\n()（）\]】]{2,80})(?P<next>[:：])?",
    re.IGNORECASE,
)
"""A name in the middle of a line, behind a word for it and a colon; `next`: another such word ends `names`."""
# These, _TAIL and _SPLIT read texts whose blanks are single ones.
_ALL_POSTS = re.compile(
    r"^(?:view|see|read|show|zeige|voir|ver|more|alle?|all|mehr|tous|todos|articles?|posts?|entries|beiträge)\b.{0,30}?"
    r"\b(?:by|von|de|par|por|di|of) (?=\S)|(?: |(?<![→›»]))[→›»]++ ?$",
    re.IGNORECASE,
)
_LABELS = r"(?:post |article |guest )?(?:author|auteure?|autor(?:in)?|verified|writer|contributor)"
_GLUED_BEHIND = re.compile(rf"(?: |(?<=[a-zéèüöäß])(?=[A-Z])| ?\()(?i:{_LABELS})\)?$")
_PLACE = re.compile(r" in (?-i:[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){0,2})(?= (?:and|&) (?-i:[A-Z]))", re.IGNORECASE)
_RANK_BEHIND = re.compile(r" ?(?:(?:수습|인턴|선임|전문)?기자|특파원|논설위원|통신원|記者|记者|通讯员)$")
_ABOUT = re.compile(r"^(?:about|über|à propos de|chi è|sobre)\s+(?=\S+\s+\S)", re.IGNORECASE)
_GLUED_BEFORE = re.compile(
    r"^(?:Post author\s*)?(?:(?:(?:Posted|Written|Published) )?[Bb]y|(?:(?:Publié|Écrit) )?[Pp]ar|[Vv]on|Author|"
    r"Autor|Auteur)(?=[A-ZÄÖÜÉ])"
)
_MONTHS = (
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|janv|févr|mars|avr|mai|juin|juil|août|déc|jänner|märz|okt|dez|"
    r"ene|abr|ago|dic|gen|mag|giu|lug|set|ott"
)
_TAIL = re.compile(
    r" ?(?:[|•·]|[–—]| - |\((?![^)]{1,30}\)\s+[^\W\d_]+$)|@|\s/\s|:|…|"
    r"(?-i:(?<=[a-z]{4})\.(?=\s+[A-ZÄÖÜÉ]))|(?-i:(?<=[a-z])In(?=\s[A-Z]))|"
    r",\s*(?:staff|updated|publi|posted|le \d|am \d|on \d|\d)|"
    r"\b(?:on|am|in|under|vom|le|el|at|um|for|unter|à|the)\s+(?:the\s+)?(?:\d|\w+(?:tag|day)\b|"
    rf"(?:{_MONTHS})\w*\b)|\s(?:on|am|in|under|vom|unter|le|at|um)\s*$|"
    r"\s(?-i:in|at|for|For|under|unter|mit|avec|with)\s+(?:the\s+)?(?-i:[A-Z])|"
    r"\d{1,2}[/.:-]\d|\b\d{4}\b|(?<=[\u3040-\u9fff])\d{4} ?[-/.年]|(?<!\d)\d++ min|"
    r"\b(?:updated|published|posted|publish|reviewed|medically|follow|veröffentlicht|publié|aktualisiert|mis à jour|"
    r"last|stand|опублик\w+|обновл\w+|изменен\w*|просмотр\w*|дата|δημοσι\w+|ενημερ\w+|yayın\w*|güncel\w*|tarih\w*|"
    r"cập nhật|נ?פורסם|עודכן|ن\u064f?شر(?:ت)?|تاريخ|آخر تحديث|تحديث|انتشار|입력|수정|등록|승인|"
    r"प्रकाशित|अपडेट|เผยแพร่|đăng|来源|來源|责任编辑|責任編輯|编辑|发布|發布|公開|更新|掲載)\b|\b[\w.+-]{1,40}@\w|"
    rf"\b(?:mon|tue|wed|thu|fri|sat|sun|{_MONTHS})\w*[,.]? \d|\b\d{{1,2}}\.? (?:{_MONTHS})\w*|"
    r"\s(?:illustration|foto|photo|bilder|text|photographs?)\w*\s*(?:von|by|par|:|$)).*$",
    re.IGNORECASE | re.DOTALL,
)
_POST_NOMINAL = re.compile(
    r"^(?:(?:Jr|Sr|II|III|Ph\.?\s?D|M\.?\s?D|D\.?V\.?M|DDS|DMD|M\.?S|M\.?A|B\.?A|B\.?S|MSc|BSc|MBA|RDN?|LDN?|RN|NP|CPA|CFA|"
    r"CFP|CPT|J\.?D|Esq|FACLM|FACP|PharmD|DO|LCSW|LMFT|MPH|CSCS|P\.?E|PsyD|CPhT|CDCES|LLM|LLB)[®.]*+(?:[\s,]++|$))+$"
)
_SPLIT = re.compile(
    r" ?[;/+] ?| (?:&|and|und|et|y|e|og|och|en) | ?[,、，] ?(?:(?:and|und|et|y|&) )?",
    re.IGNORECASE,
)
_ADDS = re.compile(r"[^\W\d_]|[&;/+]")  # of what divides names: "and" rather than a comma
_IN_BRACKETS = re.compile(r"^[\[【]([^\[\]【】]+)[\]】]$")
_NOTE_MARK = re.compile(r"(?<=[^\W\d_]{2})\d{1,2}$")  # of an affiliation: "Ann Lee2"
_PARTICLES = frozenset(
    "de del della der den des di da do dos das du la le van von zu zur zum y e bin ben al el ibn ter ten af av d' l' "
    "san dei degli ap abu bint te".split()
)
_NEVER = re.compile(
    r"https?:|www\.|\.(?:com|de|org|net|fr|io|co|ch|at|uk)\b|\w@\w|\d{2,}|[<>{}\[\]=?!%#$€£/\\|]|"
    r"\b(?:(?:wordpress)?admin\d*|administrator|webmaster|anonymous|anonyme?|anónimo|unknown|null|undefined|none|guest|"
    r"full bio|read more|share|subscribe|comments?|newsletter|contact|view|posts?|bio|signing|veröffentlicht|data|"
    r"publisher|e-?mail|name|tweet|facebook|twitter|instagram|linkedin|follow|see all|about us|privacy|"
    r"alle (?:beiträge|artikel)|all (?:articles|posts)|tous les (?:articles|billets)|todos los (?:artículos|posts)|"
    r"home|menu|search|login|log ?(?:in|out)|sign (?:up|in|out)|register|"
    r"super[ -]?(?:utilisateur|usuario|usuário|benutzer|utente|gebruiker|admin)|"
    r"administrateur|administrador|administratör|amministratore|beheerder|администратор|المدير|管理员|管理者|관리자|"
    r"copyright|cookies?|photos?|fotos?|images?|getty|shutterstock|unsplash|advertisement|sponsored|author'?s?|byline|"
    r"minutes?|lesezeit|reading|updated|last|download|print|super ?user|user|editor|default|test)\b|^\W*$|"
    r"^(?:by|von|par|and|und|et|interview|author|editor|staff|autor|auteur|the|a|an|this|that|there|here|over|even|link|tag|writing|"
    r"signature|source|quelle|mehr|more|next|previous|about|über|kein[e]?|no|yes|autor(?:in)?|website|us|me|uns|nous|our|"
    r"unsere?)$|\b\d+ |[❯❮›‹©]|^\d",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:editor|reporter|correspondent|writer|contributor|columnist|journalist|founder|co-?founder|director|manager|"
    r"expert|specialist|officer|ceo|cto|cmo|president|professor|lecturer|analyst|consultant|engineer|developer|designer|"
    r"head of|lead|coach|author of|photographer|fotograf|redakteur(?:in)?|rédacteur|rédactrice|journaliste|"
    r"chefredakteur(?:in)?|geschäftsführer(?:in)?|korrespondent(?:in)?|leiter(?:in)?|agentur|attorney|nutritionist|"
    r"dietitian|veterinarian|therapist|blogger|intern|volontär(?:in)?|periodista|giornalista|marketing|partner|advisor|"
    r"scientist|researcher|student|strategist|producer|associate|senior|chief|vice)\b",
    re.IGNORECASE,
)
_AGENCIES = "dpa|afp|apa|ap|ansa|efe|sid|epd|kna|dapd|upi|pti|ians|tass"
"""Written large or small; "Sid" may be somebody's name."""
_ORGANISATION = re.compile(
    r"\b(?:gmbh|ag|inc|llc|ltd|limited|sarl|sas|s\.?a|corp|corporation|company|co|kg|e\.\s?v|ev|plc|bv|nv|spa|srl|"
    r"media|medien|redaktion|rédaction|redaction|redacción|redacao|redação|redazione|redaksi|redakcja|desk|newsroom|"
    r"newsdesk|team|staff|editors|editorial|editorial board|magazin(?:e)?|news|verlag|verband|verein|press|presse|"
    r"pressestelle|pressemitteilung|zeitung|journal|times|daily|weekly|post|herald|tribune|gazette|blog|podcast|"
    r"institute?|institut|universit\w+|college|school|schule|hochschule\w*|fachhochschule\w*|academy|akademie|agency|"
    r"agences?|agencies|agentur|ministerium|ministry|bundes\w{4,}|departe?ment|association|foundation|stiftung|group|"
    r"gruppe|groupe|network|store|shop|studios?|kitchens?|labs?|church|kirche|partei|party|fraktion|council|committee|"
    r"gewerkschaft|union|office|service|services|solutions|systems|software|technologies|consulting|partners|center|"
    r"centre|zentrum|museum|hospital|clinic|klinik|bank|club|society|gesellschaft|organization|organisation|federation|"
    r"feuerwehr|polizei|police|sekretariat|fernsehen|radio|tv|online|channel|"
    rf"^(?:{_AGENCIES})$|(?-i:{_AGENCIES}|{_AGENCIES.upper()})|reuters|xinhua|bloomberg|"
    r"associated press|wire|reports?|archive|enterprises?|industries|international|global|digital|interactive|"
    r"customs|protection|border|abteilung|abt|amt|behörde|\w*anstalt)\b",
    re.IGNORECASE,
)
_ALSO_SURNAMES = frozenset("co post church bank school union club".split())  # "Emily Post"
_LEADING_ROLE = re.compile(
    r"^(?:\S*(?:expert[ei]n?|autor(?:in)?|redakteur(?:in)?|korrespondent(?:in)?|reporter(?:in)?)|rechtsanw[aä]lt(?:in)?|"
    r"herr|frau|mr\.?|mrs\.?|ms\.?|pressemitteilung von|im wortlaut von)\s+(?=\S+\s+\S)",
    re.IGNORECASE,
)
_COLLECTIVE = re.compile(
    r"\b(?:team|staff|redaktion|rédaction|redacción|redação|redazione|redactie|desk|newsroom|editors|editorial board|"
    r"agencies|dpa|afp|apa|ansa|efe|reuters|associated press|collective|collectif)\b",
    re.IGNORECASE,
)
_ENDS = " ,.:;-–—|·•*\u200b\"“”„‚'‘’«»()"
_OPENS_ARTICLE = frozenset("the der die das le la les el los las il lo gli de het l".split())


def people_in(text: str, *, stated: bool) -> list[str]:
    """The names in a line that should hold nothing else: "By Ann Lee and Tom Okafor, staff writers | 3 May" holds two.

    `stated`: it comes from data for machines, so that a single word in small letters may be a name too. Organisations
    are among them; see `is_organisation`.
    """
    line = " ".join(unescape(text).split())
    if not line or len(line) > _MAX_LINE:
        return []
    line = _IN_BRACKETS.sub(r"\1", line)
    line = _ABOUT.sub("", _GLUED_BEFORE.sub("", _ALL_POSTS.sub("", line)))
    line = PREFIX.sub("", line)
    if not stated:
        line = PREFIX.sub("", line)  # "Author: by Ann Lee"
    line = _TAIL.sub("", _PLACE.sub("", line))
    found: list[str] = []
    has_role = False
    for divider, part in zip(["", *_SPLIT.findall(line)], _SPLIT.split(line), strict=True):
        part = _GLUED_BEHIND.sub("", PREFIX.sub("", part.strip(_ENDS)) if part else "").strip(_ENDS)
        part = _once(_LEADING_ROLE.sub("", _RANK_BEHIND.sub("", part)))
        part = _NOTE_MARK.sub("", part) if " " in part else part
        if not found and (role := _ROLE.search(part)) and len(part[: role.start()].split()) > 1:
            part = part[: role.start()].strip(_ENDS)
        if found and part and _POST_NOMINAL.match(part):
            found[-1] += f", {part}"
        elif found and (_ROLE.search(part) or part[:1].islower()):
            has_role = True
        elif has_role and not _ADDS.search(divider) and not opens_with_given_name(part):
            continue  # "Ann Lee, cardiologist, Parkview Health": who she works for
        elif part and is_name(part, stated=stated):
            found.append(part)
    whole = [name for name in found if " " in name or not name[:1].isascii()]
    if whole and found[0] in whole:
        found = whole  # "Ann Lee, Home and Garden Expert": what has one word is a part of a role
    return list(dict.fromkeys(found))[:MAX_NAMES]


def _once(text: str) -> str:
    """A name that picture and link both give stands there twice."""
    parts = text.split()
    half = len(parts) // 2
    return " ".join(parts[:half]) if half and parts[:half] == parts[half:] else text


def is_name(text: str, *, stated: bool) -> bool:
    """Whether a text has the shape of a name, and no word that no name has."""
    if len(text) > _MAX_NAME or _NEVER.search(text) or not any(map(str.isalpha, text)):
        return False
    parts = text.split()
    if len(parts) > _MAX_WORDS or any(part.endswith((",", ":", ";")) for part in parts):
        return False
    if len(parts) == 1:
        return len(text) > 1 and (stated or not text[:1].islower())
    if not stated and len(parts) > _MAX_UNCASED and text.lower() == text.upper():
        return False  # of a script without capitals that would tell a name from prose
    lower = [part for part in parts if part[:1].islower() and part not in _PARTICLES and part[:2] not in ("d'", "d’")]
    return not lower if not stated else len(lower) < len(parts) or len(parts) <= 3


def is_organisation(name: str, sites: Collection[str], *, is_typed: bool = False) -> bool:
    """Whether a name is that of a company, an agency, an office or one of `sites`: squashed names of the site.

    A site may bear its author's name: one of two or three words that opens with a given name is a person's.
    `is_typed`: the page says that it is a person's ("The Cat Lady").
    """
    if " " not in name and opens_with_given_name(name):
        return False
    own = words(name)
    if is_typed and len(own) == 2 and own[1] in _ALSO_SURNAMES and opens_with_given_name(name):
        return False
    if _ORGANISATION.search(name):
        return True
    squashed = "".join(own)
    if (
        not squashed
        or (own[0] in _OPENS_ARTICLE and not is_typed)
        or (len(own) == 1 and len(name) > 2 and name.isupper())
    ):
        return True
    if len(own) == 1:
        return any(squashed == site or (squashed in site and 4 * len(squashed) > 3 * len(site)) for site in sites)
    return squashed in sites and not opens_with_given_name(name)


def is_collective(name: str) -> bool:
    """Whether a name is that of a newsroom, a team or an agency: nobody's own, but what a byline may say."""
    return _COLLECTIVE.search(name) is not None
