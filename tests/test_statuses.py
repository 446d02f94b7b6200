"""What an article is worth to a reader: whole, cut, or none at all."""

import pytest

import etl

STORY = (
    "A former mayor of Tillbury was sentenced to four years in prison on Wednesday for taking bribes.\n\n"
    "The judge said that he had treated the town's budget as if it were his own and had shown little remorse.\n\n"
)
LONG = STORY + "\n\n".join(
    f"Witness number {n} said that the company had paid for holidays, cars and a new roof in return for contracts."
    for n in range(17)
)
DE = "Der frühere Bürgermeister ist am Mittwoch zu vier Jahren Haft verurteilt worden, weil er Geld genommen hatte.\n\n"
RU = "Бывшего мэра города в среду приговорили к четырём годам тюрьмы за взятки от строительной компании, сообщил суд.\n\n"
FR = "L'ancien maire de la ville a été condamné mercredi à quatre ans de prison pour corruption, a indiqué le tribunal.\n\n"
IT = "L'ex sindaco della città è stato condannato mercoledì a quattro anni di carcere per corruzione, ha detto il giudice.\n\n"
ES = "El exalcalde de la ciudad fue condenado el miércoles a cuatro años de cárcel por aceptar sobornos, dijo el juez.\n\n"
PT = "O ex-prefeito da cidade foi condenado na quarta-feira a quatro anos de prisão por receber propinas, disse o juiz.\n\n"
JA = "町の元町長は水曜日、建設会社から賄賂を受け取った罪で懲役四年の判決を言い渡されたと裁判所が発表した。\n\n"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        pytest.param(STORY, "full", id="keeps: a short story"),
        pytest.param(f"{STORY}This article is for subscribers only.\n\nSubscribe now", "teaser", id="a paywall"),
        pytest.param(f"{STORY}To continue reading, create a free account.\n\nSign in", "teaser", id="a registration"),
        pytest.param(f"{STORY}You have reached your article limit.\n\nCancel anytime.", "teaser", id="a meter"),
        pytest.param(f"{DE}Dieser Artikel ist exklusiv für Abonnenten.\n\nAnmelden", "teaser", id="in German"),
        pytest.param(f"{DE}Weiterlesen mit SZ Plus", "teaser", id="in German, by a button"),
        pytest.param(f"{RU}Материал доступен только для подписчиков.", "teaser", id="in Russian"),
        pytest.param(f"{JA}残り1,234文字（全文：1,800文字）", "teaser", id="in Japanese"),
        pytest.param(f"{STORY}He looked down as the verd… [+1771 chars]", "teaser", id="NewsAPI"),
        pytest.param(
            f"{STORY}He looked down as the verdict was read. [436 chars]", "teaser", id="NewsAPI, no ellipsis"
        ),
        pytest.param(f"{STORY}He looked down as the verdict was read [...]", "teaser", id="WordPress"),
        pytest.param(f"{STORY}He looked down as the verdict was […]", "teaser", id="WordPress, one character"),
        pytest.param(f"This story is for subscribers only.\n\n{STORY}", "full", id="keeps: a label above the text"),
        pytest.param(f"{LONG}\n\nThis article is for subscribers only.", "full", id="keeps: a long text"),
        pytest.param(f"{STORY}Subscribe\n\nAlready a subscriber? Sign in", "full", id="keeps: buttons of an account"),
        pytest.param(f"{FR}Abonnez-vous pour lire la suite", "teaser", id="in French"),
        pytest.param(
            f"{FR}Abonnez-vous pour accéder à cet espace d'échange et contribuer à la discussion.",
            "full",
            id="keeps: comments in French",
        ),
        pytest.param(f"{IT}Accedi per continuare a leggere", "teaser", id="in Italian"),
        pytest.param(f"{IT}Accedi per leggere i commenti", "full", id="keeps: comments in Italian"),
        pytest.param(f"{ES}Regístrate para seguir leyendo", "teaser", id="in Spanish"),
        pytest.param(f"{ES}Regístrate para leer y escribir comentarios", "full", id="keeps: comments in Spanish"),
        pytest.param(f"{PT}Entre para continuar lendo", "teaser", id="in Portuguese"),
        pytest.param(f"{PT}Entre para ler os comentários", "full", id="keeps: comments in Portuguese"),
        pytest.param("Read more", "stub", id="nothing left"),
    ],
)
def test_status(text: str, status: str) -> None:
    assert [record.status for record in etl.clean(text).articles] == [status]


@pytest.mark.parametrize(
    "text",
    [
        "Are you a robot?\n\nWe've detected unusual activity from your computer network\n\nTo continue, please click the "
        "box below to let us know you're not a robot.",
        "Please enable JS and disable any ad blocker",
        "Just a moment...\n\nEnable JavaScript and cookies to continue",
        'Access Denied\n\nYou don\'t have permission to access "http://example.com/a" on this server.\n\nReference #18.5f',
        "Checking your browser before accessing example.com.\n\nThis process is automatic.",
        "404 Not Found\n\nnginx",
        "Home\n\nSorry, the page you were looking for could not be found.\n\nSearch",
        "Seite nicht gefunden\n\nDie gewünschte Seite gibt es nicht oder nicht mehr.",
        "ページが見つかりません\n\nトップページへ",
        "451: Unavailable due to legal reasons\n\nWe recognize you are attempting to access this website from a country "
        "belonging to the European Economic Area (EEA) including the EU which enforces the GDPR.",
        "Before you continue to YouTube\n\nWe use cookies and data to deliver and maintain Google services.",
        "Besuchen Sie example.de wie gewohnt mit Werbung und Tracking.\n\nMit Werbung weiterlesen",
        "Pardon Our Interruption\n\nAs you were browsing something about your browser made us think you were a bot.",
    ],
)
def test_page_that_is_no_article_is_rejected(text: str) -> None:
    done = etl.clean(text)
    assert done.articles == ()
    assert {entry.action for entry in done.audit} >= {"reject"}


@pytest.mark.parametrize(
    "text",
    [
        f"{LONG}\n\nThe site asked “Are you a robot?” and then showed an error.\n\nAccess Denied",
        "“Access denied” was all that reporters heard when they asked the ministry for the list on Monday.",
        "Are you a robot? The question is asked a billion times a day, and nobody knows how many of the answers are true.",
        "The page was not found in the archive, the historian said, and nobody knows who took it from there in 1943.",
    ],
)
def test_story_about_such_pages_stays(text: str) -> None:
    assert len(etl.clean(text).articles) == 1
