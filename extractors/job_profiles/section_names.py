"""Canonical names of sections, so that "Rémunération", "Combien gagne-t-on ?" and "Gehalt" are one column value.

The rules are stems of words in French, English, German, Spanish and Italian, matched on headings without accents and
case. A heading is named by the first of its words that says something; in a long one, nothing else may come first.
"""

from __future__ import annotations

import re
import unicodedata

MAX_HEADING = 110
"""Characters; longer headings are sentences."""
_FEW = 4
"""Words that say something: in so short a heading the stem may stand after others ("Niveau de formation")."""

_STEMS: dict[str, str] = {
    # what must win over the words inside it stands first; one line a language: fr, en, de, es, it
    "pros and cons": """avantages? (et|ou|inconv)
        advantages (and|or)|pros and cons
        vor und nachteile
        ventajas (y|e)|pros y contras
        pro e contro|vantaggi e""",
    "career": """evolution|perspectives?|carriere
        career|progression|promotion|next steps?
        aufstieg|karriere|entwicklungsmoglich
        carrera|evolucion|progresion
        carriera|avanzamento|prospettive""",
    "day": """journee|quotidien
        typical day|a day in|day to day
        tagesablauf|alltag
        dia a dia|un dia
        giornata""",
    "hiring": """debouches?|recrut|marche de l emploi|marche du travail|employeurs?|secteurs?|ou travaill|qui embauche
        job prospects|employers?|hiring|vacanc|outlook|job market
        arbeitgeber|arbeitsmarkt|berufsaussicht|stellenmarkt
        salidas|empleadores|mercado laboral
        sbocchi|datori|mercato del lavoro""",
    "salary": """salaires?|salarial|remuner|retribution|gagne|combien (gagne|est|touche)|paie$|grille
        salary|salaries|pay$|wages?|earn|compensation
        gehalt|gehalter|verdien|verdient|lohn|vergutung|einkommen
        sueldos?|salarios?|gana|cobra|retribucion
        stipend|guadagn|retribuzione""",
    "training": """formations?|etudes?|diplomes?|cursus|ecoles?|devenir|acces au metier
        training|education|qualifications?|degrees?|becom|entry requirements?
        ausbildung|studium|werden$|wie wird|voraussetzung|bildungsweg|weiterbildung
        formacion|estudios|titulacion|como ser|como convertirse|requisitos
        formazione|studi$|titol|diventare""",
    "constraints": """contraintes?|inconvenients?|difficultes?|exigences?|limites?
        constraints?|drawbacks?|downsides?|challenges?|disadvantages?
        nachteile|herausforderung|anforderungen|belastung
        inconvenientes|desventajas|retos|limitaciones
        vincoli|svantaggi|difficolta|sfide""",
    "qualities": """qualites?|savoir etre|personnalite|profil|temperament
        personal qualities|qualities|personality|traits|soft skills
        eigenschaft|personliche
        cualidades|perfil|aptitudes
        qualita|personalita|profilo""",
    "skills": """competences?|savoir faire|aptitudes?|connaissances?
        skills?|abilities|know how|knowledge
        kompetenz|fahigkeit|kenntnisse
        habilidad|competencia|conocimiento
        competenze|capacita|abilita|conoscenze""",
    "experience": """experience|anciennete
        work experience
        berufserfahrung|erfahrung$|erfahrungen$
        experiencia
        esperienza""",
    "tools": """outils?|logiciels?|materiel
        tools?|software|equipment
        werkzeug
        herramientas?
        strumenti""",
    "environment": """environnement|conditions de travail|conditions d exercice|cadre de travail
        lieux? de travail|horaires?
        work environment|working (hours|conditions|environment)|workplace|hours$
        arbeitsbedingung|arbeitsort|arbeitszeit|arbeitsumfeld
        condiciones|entorno|horarios?
        ambiente|condizioni|orari""",
    "mission": """missions?|taches?|roles?|activites?|responsabilites?|que fait|fonctions?
        attributions?|en quoi consiste
        duties|duty|responsibilit|tasks?|what does|what do|job description
        aufgaben?|tatigkeit|was macht|verantwortung
        funciones|tareas|mision|misiones|que hace|responsabilidad|actividades
        compiti|mansioni|attivita|cosa fa|ruolo|missione""",
    "advantages": """avantages?|atouts?|points forts
        benefits|perks|advantages
        vorteile
        ventajas|beneficios
        vantaggi""",
    "comment": """commentaire(?!s)|avis|mot de|point de vue
        our view|editor s|comment$|comments? (of|by|from)
        kommentar|meinung
        comentario|opinion
        commento|parere""",
    "testimony": """temoignages?|interview|portrait|ils racontent
        testimon|meet (a|an|the|our)
        erfahrungsbericht
        entrevista|testimonio
        intervista""",
    "definition": """definition|presentation|metier$|c est quoi|qu est ce|description|en bref|apercu
        overview|what is|introduction|job profile|about the (job|role|profession)
        berufsbild|was ist|uberblick
        que es|descripcion|definicion
        definizione|che cos|cos e|descrizione|panoramica""",
    "further": """pour en savoir|en savoir plus|liens? utiles|ressources|a lire
        further|see also|learn more|resources
        weiterfuhrend|mehr zum
        mas informacion|enlaces
        per saperne|link utili""",
    "faq": """faq|questions? frequentes
        frequently
        haufige fragen
        preguntas
        domande""",
    "conclusion": """conclusion|en resume|bilan
        summary|to sum up
        fazit|zusammenfassung
        conclusiones?
        riassunto|conclusioni""",
}
_NAMES = {"pros and cons": "advantages"}
_RULES = tuple(
    (_NAMES.get(name, name), re.compile(rf"\b(?:{'|'.join(line.strip() for line in stems.splitlines())})"))
    for name, stems in _STEMS.items()
)
_NUMBERING = re.compile(r"^(?:(?:\d{1,2}|[ivx]{1,4}|[a-h])\s*[.)\-–—:°]\s*)+", re.IGNORECASE)
_NOT_WORDS = re.compile(r"[^\w]+")
_SMALL_WORDS = frozenset(
    """a au aux avec ce ces comment combien d dans de des du en est et faut il l la le les leur notre nos on ou par pour
    qu que quel quelle quelles quels qui s sa ses son sont sur t un une votre vos faire avoir
    the of an and are as at by do does for from how in is it its much my our to what which who you your
    braucht der die das dem den des ein eine einer eines fur im ist man sind und viel von welche was wer wie zu zum zur
    cual cuales cuanto como el los las del con lo por su sus un una y necesita necesitas
    che come con cosa di dei della delle degli e gli i il lo nel nella per quali quale quanto serve sono
    requis requise requises demande demandee demandees necessaires necessary required needed
    principales principaux main key cles metier job profession beruf trabajo lavoro niveau""".split()
)


def canonical_section(heading: str) -> str | None:
    """The section's canonical name, or null for a heading that no rule knows.

    Names: definition, mission, day, skills, qualities, experience, training, salary, career, hiring, constraints,
    advantages, environment, tools, comment, testimony, further, faq, conclusion.
    """
    if len(heading) > MAX_HEADING:
        return None
    words = plain(_NUMBERING.sub("", heading.strip()))
    telling = sum(word not in _SMALL_WORDS for word in words.split())
    best: tuple[int, int, str] | None = None
    for rank, (name, rule) in enumerate(_RULES):
        found = rule.search(words)
        if found is None:
            continue
        before = sum(word not in _SMALL_WORDS for word in words[: found.start()].split())
        if before == 0 or telling <= _FEW:
            place = (before, rank, name)
            best = place if best is None else min(best, place)
    return best[2] if best else None


def plain(text: str) -> str:
    """Lower case without accents, words separated by one blank."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return " ".join(_NOT_WORDS.sub(" ", "".join(c for c in letters if not unicodedata.combining(c))).split())
