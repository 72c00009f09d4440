"""What class names and ids say about an element, as bits: publishers name things alike the world over."""

from __future__ import annotations

import re

from extractors.caching import kept

CONTENT, STRONG_CONTENT, NAV, EDGE, SIDE, RELATED, SOCIAL, META, MEDIA, COMMENT, ASKING, AD, BIO, HIDDEN, TOC, LEAD = (
    1 << bit for bit in range(16)
)
FAMILIES = 16

_WORDS = {
    CONTENT: "article content body entry post story text main prose copy richtext hentry single inhalt contenu "
    "contenido "
    "contenuto artikel articulo articolo artigo texte texto testo corps cuerpo corpo wysiwyg markdown page blogpost "
    "paragraph paragraphs journal",
    STRONG_CONTENT: "articlebody articlecontent articletext entrycontent postcontent postbody storybody storycontent "
    "bodytext bodycopy bodycontent maincontent contentbody entrybody storytext articlemain textbody fulltext prose "
    "richtext postentry blogcontent singlecontent hentry contentarticle contentmain newsbody newstext posttext",
    NAV: "nav navbar navi navigation menu submenu breadcrumb breadcrumbs pagination pager paging toolbar skip tabs tab "
    "menus topnav subnav pagenav postnav prevnext hamburger megamenu sitemap",
    EDGE: "footer foot header masthead copyright legal colophon topbar bottombar banner head disclaimer impressum logo "
    "branding footnav bottom",
    SIDE: "sidebar side aside widget widgets rail secondary tertiary marginal rightcol leftcol rightrail sidecol",
    RELATED: "related recommend recommended recommendation recommendations recommends more similar popular trending "
    "latest "
    "recent teaser teasers card cards next previous prev readmore suggestions suggested carousel slider mostread "
    "also see seealso upnext relacionadas relacionados lire verwandt weitere mehr digest feed grid listing archive "
    "otherposts morestories jprelated yarpp zergnet outbrain taboola crosslink linkbox links moreon ressources",
    SOCIAL: "share sharing shares social sociable addthis addtoany follow followus sharedaddy facebook twitter "
    "whatsapp "
    "pinterest linkedin socials shariff ssba likes like partage teilen jetpack bookmark print email buttons button btn "
    "tools",
    META: "meta byline author authors date time published timestamp tags tag category categories cat info credit "
    "source "
    "posted postmeta keywords topics topic kicker eyebrow section label labels dateline pubdate writer views reading "
    "updated taxonomy filed details stats",
    MEDIA: "caption figcaption figure gallery image images photo photos video media thumb thumbnail img picture "
    "slideshow "
    "player credit credits legend bildunterschrift legende embed audio podcast iframe",
    COMMENT: "comment comments commentlist reply replies respond disqus discussion kommentare kommentar commentaires "
    "commentaire comentarios reactions reaction responses trackback pingback forum livefyre feedback",
    ASKING: "newsletter subscribe subscription signup sign login form register registration modal popup cookie cookies "
    "consent gdpr paywall cta donate donation alert notice promo promotion promobox optin mailchimp membership offer "
    "callout overlay dialog search rating ratings vote poll quiz survey coupon contact lightbox message toast abo",
    AD: "ad ads advert adverts advertisement advertising advertorial sponsor sponsored sponsors dfp adsense gpt adslot "
    "anzeige werbung publicite publicidad banner adbox affiliate commercial leaderboard billboard shop product "
    "products "
    "price buy",
    BIO: "bio biography about aboutauthor authorbox authorbio profile vcard authorinfo avatar contributor contributors "
    "biographical",
    HIDDEN: "hidden sr screenreader visuallyhidden collapsed noprint offscreen invisible srt tooltip accessibility "
    "noscript",
    TOC: "toc contents tableofcontents index anchors jump inhaltsverzeichnis sommaire ez",
    LEAD: "lead standfirst excerpt summary chapo intro subtitle deck dek abstract sapo subheadline subhead lede "
    "vorspann "
    "anrisstext entradilla bajada sottotitolo ingress subheading description introduction",
}
_BY_WORD: dict[str, int] = {}
for _bit, _names in _WORDS.items():
    for _name in _names.split():
        _BY_WORD[_name] = _BY_WORD.get(_name, 0) | _bit
_MIN_JOINED = 7  # letters; shorter words turn up inside others by chance
_JOINED = {word: bits for word, bits in _BY_WORD.items() if len(word) >= _MIN_JOINED}
_MAX_JOINED = max(map(len, _JOINED))
_TOKEN = re.compile(r"[a-zäöüßéèà]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_STRONG = re.compile(
    r"(?:article|artikel|articolo|articulo|entry|post|story|news|blog|page|main|content|rich|single)[-_]{0,2}"
    r"(?:body|content|text|copy|inner-content|main|inhalt)|(?:body|text|main)[-_]{0,2}(?:content|text|copy|body)"
)
_SCREEN_READER = re.compile(r"(?:screen|visually)[-_]?(?:reader|hidden)|sr-only|a11y")
_ABOUT_AUTHOR = re.compile(r"(?:author|about)[-_]{0,2}(?:bio|box|info|author|card|profile|description|block)")
_CONTENTS = re.compile(r"table[-_]?of[-_]?contents|\btoc\b|[-_]toc[-_]")
MAX_NAMES = 400  # characters; longer class lists are generated


@kept(20_000)
def named(names: str) -> int:
    """The families that a string of class names and ids belongs to."""
    names = _CAMEL.sub("-", names[:MAX_NAMES]).lower()
    bits = 0
    for token in _TOKEN.findall(names):
        bits |= _BY_WORD.get(token, 0)
        if len(token) > _MIN_JOINED + 2 and token not in _BY_WORD:
            for size in range(_MIN_JOINED, min(len(token), _MAX_JOINED + 1)):
                bits |= _JOINED.get(token[:size], 0) | _JOINED.get(token[-size:], 0)
    if _STRONG.search(names):
        bits |= STRONG_CONTENT
    if _SCREEN_READER.search(names):
        bits |= HIDDEN
    if _ABOUT_AUTHOR.search(names):
        bits |= BIO
    if _CONTENTS.search(names):
        bits |= TOC
    return bits
