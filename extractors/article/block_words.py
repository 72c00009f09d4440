"""Words that give a short block away: "Read more", "Share this", "Photo:", "All rights reserved", in many languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

_FAMILIES = {
    "rights": "© copyright rights reserved droits réservés rechte vorbehalten derechos reservados diritti riservati "
    "impressum imprint legal mentions légales",
    "more": "read more continue also related recommended recommend see view next previous lire aussi suite voir "
    "article "
    "articles savoir weiterlesen mehr auch lesen siehe interessant weitere leer más también ver mira leggi anche tutto "
    "leia mais também lees meer ook verder stories story latest trending popular similar like enjoy "
    "関連記事 関連 続き 記事 "
    "читайте также по теме здесь подробнее czytaj więcej läs mer",
    "subscribe": "newsletter newsletters subscribe subscriber subscribers subscription sign signup email mail login "
    "log "
    "register account password free download app abonnez inscrivez vous inscription recevez anmelden abonnieren jetzt "
    "kostenlos suscríbete suscribirse iscriviti assine inbox join member membership unlimited access trial donate",
    "privacy": "cookie cookies privacy consent terms policy datenschutz datenschutzerklärung confidentialité "
    "privacidad "
    "conditions nutzungsbedingungen settings accept gdpr javascript browser",
    "ad": "advertisement anzeige publicité publicidad werbung sponsored sponsor affiliate commission commissions ad "
    "ads "
    "advertise advertising promoted partner partners partnerschaft provision",
    "share": "share tweet facebook twitter pinterest whatsapp linkedin instagram youtube telegram teilen partager "
    "compartir "
    "condividi compartilhar follow suivez folgen folge print copy link links reddit email x flipboard pin tiktok "
    "rss bookmark",
    "credit": "photo photos foto fotos image images bild bilder picture credit crédit source quelle fuente getty "
    "reuters "
    "afp shutterstock unsplash via courtesy dpa photograph photographer ap epa istock flickr pexels screenshot "
    "symbolbild "
    "illustration graphic video imago alamy archiv fotograf 写真 撮影",
    "byline": "by von par por di door author posted published written updated publié veröffentlicht publicado "
    "pubblicato "
    "editor staff reporter correspondent last mis jour aktualisiert stand actualizado redaktion redacción rédaction "
    "am le on",
    "month": "january february march april may june july august september october november december jan feb mar apr "
    "jun "
    "jul aug sep sept oct nov dec januar februar märz mai juni juli oktober dezember janvier février mars avril juin "
    "juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre "
    "octubre "
    "noviembre diciembre monday tuesday wednesday thursday friday saturday sunday ago hours days uhr",
    "tags": "tags tag category categories filed under topics topic schlagwörter schlagworte kategorie kategorien "
    "étiquettes "
    "mots clés etiquetas categorías catégorie catégories themen thema keywords labels label タグ カテゴリ",
    "comment": "comment comments reply replies kommentar kommentare antworten antwort répondre réponse commentaires "
    "commentaire respond responder comentarios comentario commenti respond leave discussion conversation コメント",
    "bio": "writer author journalist editor reporter blogger founder freelance autor autorin journaliste about lives "
    "writes covers contributor correspondent biography she he",
    "contents": "contents inhalt inhaltsverzeichnis sommaire índice table jump overview 目次",
    "stats": "min mins minute minutes read reading lesezeit views view shares likes votes vote rating stars reviews",
    "shop": "price buy shop cart amazon order off deal deals sale shipping product products add save check",
    "navigation": "home back top menu search skip main content previous next close open toggle page pages site map "
    "contact accueil suche recherche startseite inicio",
}
FAMILY_NAMES = tuple(_FAMILIES)
_BITS: dict[str, tuple[int, ...]] = {}
for _index, _words in enumerate(_FAMILIES.values()):
    for _word in _words.split():
        _BITS[_word] = (*_BITS.get(_word, ()), _index)
WORD = re.compile(r"[^\W_]+|©")
_MAX_CHARACTERS = 240


def words_of(text: str) -> list[str]:
    """The first words of a block, lower case."""
    return WORD.findall(text[:_MAX_CHARACTERS].lower())


def shares(words: Sequence[str]) -> tuple[float, ...]:
    """For each family the share of these words that belong to it; nothing at all where none belongs to any."""
    counts: list[float] | None = None
    for word in words:
        for family in _BITS.get(word, ()):
            if counts is None:
                counts = [0.0] * len(_FAMILIES)
            counts[family] += 1.0
    if counts is None:
        return ()
    size = len(words)
    return tuple([count / size for count in counts])
