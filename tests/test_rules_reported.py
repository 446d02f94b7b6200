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
    "Follow me on Facebook instead, he told his 40,000 followers.",
    "Download the app, passengers were told; the app did not work.",
    "Sign up for our newsletter, reads a sign on the door.",
    "Jetzt abonnieren und sparen, wirbt die Firma weiter.",
    "Kommentare sind geschlossen, steht jetzt auf der Seite.",
    "Connectez-vous pour accéder aux commentaires, peut-on lire sur la porte.",
    "Síguenos en Google News, se lee en el cartel de la puerta.",
    "Iscriviti alla newsletter, si legge sul cartello alla porta.",
    "Deze reactie is verwijderd, staat er op het bord bij de deur.",
    "Подписывайтесь на наш канал в Telegram, гласит надпись на двери.",
    "Den här kommentaren har tagits bort, står det på skylten vid dörren.",
    "この記事は有料会員限定ですと扉の札に書いてあった。",
    "이 기사는 유료 회원 전용입니다라고 문 앞 팻말에 적혀 있었다.",
    "The words “delivered to your inbox” were painted above the door of the shop in letters of a foot.",
    "He read “This article is for subscribers” for the third time. Then he put the paper down.",
    "Она увидела слова «используем файлы cookie» на стене пекарни и засмеялась. Потом пришёл автобус.",
    "ছবির উৎস, গেটি ইমেজ, দরজার ফলকে লেখা ছিল।",
    "有读者投诉，该客户端在每篇报道末尾强制弹出“扫一扫关注公众号”的窗口。",
    "分享到朋友圈即可领奖的活动被认定为虚假宣传。",
    "同紙は公式アプリをダウンロードした読者に記念品を配った。",
    "언론단체들은 20일 ‘무단 전재 및 재배포 금지’라는 문구만으로는 부족하다며 법 개정을 촉구했다.",
    "▶ 첫째, 정부는 요금을 동결한다. 둘째, 지원금을 늘린다.",
    "Đăng ký nhận bản tin miễn phí là chiêu lừa đảo mới, công an cảnh báo.",
    "تابعونا على فيسبوك، هكذا خدع المحتالون ثلاثة آلاف شخص، وفقا للشرطة.",
    "כל הזכויות שמורות ליצרים המקוריים, קבע בית המשפט.",
]
NOTICES = [
    "저작권자 ⓒ 예시일보. 무단 전재 및 재배포를 금한다.",
    "이 기사는 유료 회원 전용입니다.",
    "未经授权不得转载",
    "無断転載を禁じます。",
    "Download our app",
    "Sign up for our newsletter, and tell us what you think.",
    "Got a story? Tell us.",
    "What do you think? Have your say.",
    "This article is for subscribers only",
    "READ MORE: Mayor to resign on Monday, says minister",
    "Lesen Sie auch: Minister tritt zurück, sagte Anna Lund.",
    "Sign up for our newsletter, the one that everybody reads.",
    "To go on, click “subscribe now” and get the news delivered to your inbox.",
    "Já tem cadastro? Entre na sua conta.",
    "Meld je aan voor onze nieuwsbrief",
    "Подписывайтесь на наш канал в Telegram",
]


def kept(line: str) -> bool:
    return line in CLEANER.clean("\n\n".join((STORY[0], line, STORY[1])), kind="text").text


@pytest.mark.parametrize("line", REPORTED)
def test_what_somebody_said_stays(line: str) -> None:
    assert kept(line)


@pytest.mark.parametrize(
    "line", ["In pictures: the last ferry", "WATCH: Moment a bridge falls", "En images : le dernier ferry"]
)
def test_the_headline_of_a_gallery_or_a_video_stays(line: str) -> None:
    text = CLEANER.clean("\n\n".join((line, *STORY)), kind="text").text
    assert text.startswith(line)
    assert line not in CLEANER.clean("\n\n".join(("Ferry runs aground", line, *STORY)), kind="text").text


@pytest.mark.parametrize("line", NOTICES)
def test_a_notice_goes(line: str) -> None:
    assert not kept(line)
