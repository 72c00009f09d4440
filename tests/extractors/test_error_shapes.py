"""Pages that answer 200 and show nothing of what was asked for, in the dress of a site and without."""

from __future__ import annotations

import pytest

from extractors.extract import extract
from extractors.records import PageKind

NAMES = ("Accueil", "Recettes", "Voyages", "Jardin", "Livres", "Musique", "Vélo", "Contact")
MENU = "".join(f"<li><a href='/{name.lower()}/'>{name}</a></li>" for name in NAMES)
RECENT = "".join(f"<li><a href='/2021/0{n}/billet-{n}/'>Un billet du mois numéro {n}</a></li>" for n in range(1, 7))
DRESS = (
    "<header><p>Le carnet du meunier</p><ul>{menu}</ul></header><main>{body}</main><aside><h3>Derniers billets</h3>"
    "<ul>{recent}</ul><h3>Lettre</h3><p>Recevez chaque mois les nouvelles du moulin dans votre boîte, sans publicité.</p>"
    "</aside><footer><p>Le moulin se visite le dimanche d'avril à octobre, de dix heures à midi et sur rendez-vous.</p>"
    "</footer>"
)

NOT_FOUND = [
    ("Page not found", "<h1>Oops!</h1><p>The page you were looking for could not be found. It may have moved.</p>"),
    ("Page introuvable", "<h1>Erreur 404</h1><p>Désolé, cette page n'existe pas ou plus. Essayez la recherche.</p>"),
    ("Seite nicht gefunden", "<h1>Nichts gefunden</h1><p>Die gesuchte Seite existiert leider nicht mehr.</p>"),
    ("Página no encontrada", "<h1>¡Vaya!</h1><p>No hemos podido encontrar la página que buscas.</p>"),
    ("Pagina non trovata", "<h1>Non c'è niente qui</h1><p>La pagina richiesta non esiste o è stata spostata.</p>"),
    ("Nie znaleziono strony", "<h1>Błąd 404</h1><p>Szukana strona nie istnieje. Wróć na stronę główną.</p>"),
    ("Pagina niet gevonden", "<h1>Helaas</h1><p>De pagina die u zoekt bestaat niet of is verplaatst.</p>"),
    ("Página não encontrada", "<h1>Ops</h1><p>A página que você procura não existe ou foi removida.</p>"),
    ("Страница не найдена", "<h1>Ошибка 404</h1><p>К сожалению, такой страницы нет на нашем сайте.</p>"),
    ("ページが見つかりません", "<h1>404</h1><p>お探しのページは見つかりませんでした。</p>"),
    ("Sidan kunde inte hittas", "<h1>Hoppsan</h1><p>Sidan du letar efter finns inte längre.</p>"),
    ("Le carnet du meunier", "<h1>Nous n'avons pas trouvé cette page</h1><p>Le lien est peut-être ancien.</p>"),
    ("Carnet", "<h1>We could not find this page</h1><p>The site was rebuilt, and this link may be out of date.</p>"),
]
ASKS = [
    ("Just a moment...", "<h2>Checking if the site connection is secure</h2><p>Enable JavaScript and cookies.</p>"),
    ("Vérification", "<h1>Êtes-vous un robot ?</h1><p>Veuillez cocher la case pour continuer votre visite.</p>"),
    ("Un momento", "<h1>Verifica que eres humano</h1><p>Completa el captcha para acceder al sitio.</p>"),
    ("Access denied", "<h1>Request blocked</h1><p>Our systems have detected unusual traffic from your network.</p>"),
    ("Sicherheitsprüfung", "<h1>Bitte bestätigen Sie, dass Sie kein Roboter sind</h1><p>Einen Augenblick.</p>"),
    ("Vos choix", "<h1>Nous respectons votre vie privée</h1><p>Accepter les cookies ou s'abonner pour lire.</p>"),
    ("Weiter mit Werbung", "<h1>Zustimmung erforderlich</h1><p>Bitte akzeptieren Sie Cookies, um weiterzulesen.</p>"),
    ("Before you continue", "<h1>We value your privacy</h1><p>Please accept cookies to continue to the site.</p>"),
]
BROKEN = [
    ("Maintenance", "<h1>We'll be back soon!</h1><p>We are performing scheduled maintenance at the moment.</p>"),
    ("Le carnet", "<h1>Site en maintenance</h1><p>Nous revenons très vite, merci de votre patience.</p>"),
    ("Em manutenção", "<h1>Voltamos já</h1><p>O site está em manutenção programada esta noite.</p>"),
    ("Wartung", "<h1>Wir sind gleich zurück</h1><p>Wegen Wartungsarbeiten ist die Seite nicht erreichbar.</p>"),
    ("Redirecting...", "<p>If you are not redirected automatically, <a href='/x'>click here</a>.</p>"),
    ("", "<b>Parse error</b>: syntax error, unexpected '}' in <b>/home/www/functions.php</b> on line <b>41</b>"),
    ("Database Error", "<h1>Error establishing a database connection</h1>"),
    ("Erreur", "<h1>Erreur de connexion à la base de données</h1>"),
    ("Account Suspended", "<h1>This Account has been suspended.</h1><p>Contact your hosting provider.</p>"),
    ("moulin.example", "<h1>moulin.example is for sale</h1><p>This domain may be for sale. Make an offer now.</p>"),
    ("509", "<h1>Bandwidth Limit Exceeded</h1><p>The server is temporarily unable to service your request.</p>"),
    ("Unavailable", "<h1>Not available in your region</h1><p>This content cannot be shown in your country.</p>"),
    ("Internal", "<h1>Something went wrong</h1><p>An unexpected error occurred. Please try again later.</p>"),
]
LOGINS = [
    ("Log in", "<h1>Log in to continue reading</h1><form><input name=u><input type=password></form>"),
    ("Connexion", "<h1>Article réservé aux abonnés</h1><p>Connectez-vous pour lire la suite.</p>"),
    ("Anmelden", "<h1>Anmeldung erforderlich</h1><p>Melden Sie sich an, um diesen Artikel zu lesen.</p>"),
    ("Logowanie", "<h1>Zaloguj się</h1><p>Ten artykuł jest tylko dla zalogowanych czytelników.</p>"),
    ("Protected: Le moulin", "<h1>Protected: Le moulin</h1><p>This content is password protected. To view it please "
     "enter your password below:</p><form><input name=post_password type=password></form>"),
    ("Protégé : Le moulin", "<h1>Protégé : Le moulin</h1><p>Cet article est protégé par un mot de passe. Pour le lire, "
     "veuillez saisir votre mot de passe :</p><form><input type=password></form>"),
]  # fmt: skip


def bare(title: str, body: str) -> str:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


def dressed(title: str, body: str) -> str:
    return bare(f"{title} – Le carnet du meunier", DRESS.format(menu=MENU, recent=RECENT, body=body))


@pytest.mark.parametrize("shape", [*NOT_FOUND, *ASKS, *BROKEN], ids=lambda shape: shape[0] or shape[1][:20])
@pytest.mark.parametrize("form", [bare, dressed])
def test_an_error_with_status_200_is_told(shape, form):
    assert extract(form(*shape), "http://moulin.example/2020/05/ailes/").page_kind is PageKind.ERROR


@pytest.mark.parametrize("shape", LOGINS, ids=lambda shape: shape[0])
@pytest.mark.parametrize("form", [bare, dressed])
def test_a_page_that_asks_for_a_name_or_a_password_is_told(shape, form):
    assert extract(form(*shape), "http://moulin.example/2020/05/ailes/").page_kind is PageKind.LOGIN


@pytest.mark.parametrize(
    "title",
    [
        "Fixing the 404 page of a blog", "How we passed the captcha era", "Maintenance d'un moulin à vent",
        "Page not found, a short story", "Accepter les cookies, ou pas", "Access denied: a history of city gates",
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", [bare, dressed])
def test_an_article_about_an_error_is_an_article(title, form):
    prose = "<p>Le vent tourne sur la colline et le meunier regarde les ailes de son moulin depuis le matin.</p>" * 12
    assert extract(form(title, f"<h1>{title}</h1>{prose}"), "http://moulin.example/2020/05/ailes/").page_kind is (
        PageKind.ARTICLE
    )
