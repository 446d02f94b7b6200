"""What a story reports that somebody said stays, even if it is word for word a notice of pages; the notice goes."""

import pytest

from etl.cleaner import Cleaner

CLEANER = Cleaner()
STORY = (
    "A ferry with 212 people aboard ran aground outside the harbour of Port Mary on Tuesday evening.",
    "All of them were brought ashore within three hours, and six were treated for bruises at a hospital.",
)

REPORTED = [
    "Download our app, the banner said.",
    "Download the app, it tells children, and win.",
    "“Sign up for our newsletter,” said Ann Lund on Monday.",
    "This article is for subscribers only, the screen told her.",
    "Sign up to our free breaking news emails, he warned the ministers, and you will drown.",
    "Folgen Sie uns auf Google News, sagte Anna Lund am Montag.",
    "„Jetzt WhatsApp-Kanal abonnieren“, hieß es auf dem Plakat.",
    "Recevez chaque matin l'essentiel de l'actualité, a dit Anne Lund lundi.",
    "Suscríbete a nuestra newsletter para no perderte nada, dijo Ana Lund el lunes.",
    "Iscriviti alla newsletter, ha detto Anna Lund lunedì.",
    "Receba os principais destaques do dia no seu celular, disse Ana Lund na segunda-feira.",
    "Meld je aan voor onze nieuwsbrief, zei Anna Lund maandag.",
    "Zapisz się na newsletter, powiedziała Anna Lund w poniedziałek.",
    "Подписывайтесь на наш канал в Telegram, сказала Анна Лунд.",
    "Haberlerimizi Google News'te takip edin, dedi Anna Lund pazartesi günü.",
]
NOTICES = [
    "Download our app",
    "Sign up for our newsletter, and tell us what you think.",
    "Got a story? Tell us.",
    "What do you think? Have your say.",
    "This article is for subscribers only",
    "READ MORE: Mayor to resign on Monday, says minister",
    "Lesen Sie auch: Minister tritt zurück, sagte Anna Lund.",
    "Já tem cadastro? Entre na sua conta.",
    "Meld je aan voor onze nieuwsbrief",
    "Подписывайтесь на наш канал в Telegram",
]


def kept(line: str) -> bool:
    return line in CLEANER.clean("\n\n".join((STORY[0], line, STORY[1])), kind="text").text


@pytest.mark.parametrize("line", REPORTED)
def test_what_somebody_said_stays(line: str) -> None:
    assert kept(line)


@pytest.mark.parametrize("line", NOTICES)
def test_a_notice_goes(line: str) -> None:
    assert not kept(line)
