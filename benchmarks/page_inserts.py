"""Furniture put into real pages: what stands inside stories on other sites, in many shapes and under many names.

Teasers in cards, discussions, captions without <figcaption>, offers of a paywall, biographies, promotions, consent.
A sample of some hundred pages has each in a few shapes only, and a model takes the shape for the kind.  The texts of
teasers, captions and discussions are sentences of other pages' stories, so that only their place gives them away.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from lxml.html import builder

Element = Any

NAMES = (
    "Jane Roe",
    "M. Oake",
    "Iris Holm",
    "Paweł Nowak",
    "Anna Schmidt",
    "J. Dupont",
    "Carlos Ruiz",
    "Reader 7",
    "kt82",
)
TIMES = (
    "2 hours ago",
    "Yesterday",
    "3h",
    "12 March 2021",
    "vor 5 Stunden",
    "il y a 2 jours",
    "hace 3 horas",
    "10:45",
    "2 days ago",
)
HEADS = (
    *(
        "Latest News",
        "More stories",
        "Related",
        "Read more",
        "You may also like",
        "Most read",
        "Top stories",
        "In other news",
    ),
    *(
        "Mehr zum Thema",
        "Das könnte Sie auch interessieren",
        "À lire aussi",
        "Lee también",
        "Leggi anche",
        "Читайте также",
    ),
)
CARDS = (
    "latest-item",
    "card",
    "teaser",
    "item",
    "story",
    "promo",
    "post",
    "box-item",
    "c-block",
    "entry",
    "media",
    "tile",
    "",
)
COMMENTS = (
    "opinion-item",
    "comment",
    "reply",
    "fb-item",
    "talkback",
    "msg",
    "post",
    "thread-item",
    "c-item",
    "kommentar",
)
ROUND_COMMENTS = (
    "fb-discussion",
    "comments",
    "discussion",
    "forum",
    "talkbacks",
    "reactions",
    "opinions",
    "thread",
    "kommentare",
)
CAPTIONS = (
    "image-caption",
    "caption",
    "wp-caption-text",
    "photo-text",
    "legend",
    "credit",
    "bildtext",
    "pic-desc",
    "leyenda",
)
ROUND_CAPTIONS = ("image", "photo-wrap", "wp-caption", "media", "inline-photo", "pic", "gallery-item", "slide")
OFFERS = (
    "paywall-offer",
    "subscribe-box",
    "premium",
    "gate",
    "offer",
    "abo-box",
    "piano",
    "meter",
    "plus-teaser",
    "reg-wall",
)
PROMOS = ("newsletter", "signup", "promo", "inline-promo", "cta", "box", "app-banner", "nl-box", "widget")
BIOS = ("author-bio", "about-author", "author-box", "bio", "writer", "profile", "autor-info")
DIALOGS = ("modal-layer", "overlay", "popup", "privacy-layer", "cmp", "banner-bottom", "notice-wrap")

OFFER_TEXTS = (
    "Try it for four weeks for one crown, and read all articles on our site and in our app without limits.",
    "You have a subscription already? Then sign in here with your customer number.",
    "By ordering you accept our terms of business. Prices include value added tax.",
    "To continue reading, subscribe now. Cancel at any time.",
    "This story is for subscribers only. Already a member? Log in to keep reading.",
    "Get unlimited access to award-winning journalism for less than a cup of coffee a week.",
    "Your free articles for this month are used up. Create an account to read on.",
    "Weiterlesen mit dem Digital-Abo: alle Artikel für 4 Wochen zum Preis von 1 Euro, monatlich kündbar.",
    "Cet article est réservé aux abonnés. Profitez de notre offre pour lire la suite sans engagement.",
    "Este contenido es exclusivo para suscriptores. Suscríbase y lea sin límites.",
    "Материал доступен только подписчикам. Оформите подписку, чтобы читать дальше.",
)
PROMO_TEXTS = (
    "Start your day with the stories that matter. Delivered to your inbox every morning.",
    "Sign up for our newsletter and never miss a story.",
    "Download our app for breaking news alerts and live coverage.",
    "Follow us on social media and join the conversation.",
    "Support independent journalism. Every contribution, however big or small, helps us.",
    "Abonnieren Sie unseren Newsletter und erhalten Sie jeden Morgen die wichtigsten Nachrichten.",
    "Recevez chaque matin l'essentiel de l'actualité dans votre boîte mail.",
    "Reciba cada día las noticias más importantes en su correo.",
)
BIO_TEXTS = (
    "{} is a reporter who covers local politics and the environment. She joined the paper in 2014.",
    "{} has written about business and technology for more than ten years and lives in the city with two cats.",
    "About the author: {} is a senior editor. You can reach him by email or follow him for more.",
    "{} ist Redakteurin im Ressort Politik und schreibt vor allem über Europa.",
)
CONSENT_TEXTS = (
    "We use cookies to give you the best experience and to show you advertising that fits your interests.",
    "You may accept or refuse them by category at any time. Some cookies are needed for the site to work.",
    "Partners may process your data on the ground of a legitimate interest, to which you may object at any time.",
    "We and our partners store and access information on a device to process personal data.",
    "Wir und unsere Partner verarbeiten Daten. Sie können Ihre Einwilligung jederzeit widerrufen.",
    "Nous utilisons des cookies pour mesurer l'audience et vous proposer des publicités.",
)
UNSEEN_TEXTS = (
    "Choose a county, a party and a year to filter the list below. Your choice is kept in the address of the page.",
    "Link copied to your clipboard, you can now paste it anywhere you like.",
    "Your browser does not support this player. Please update it or choose another one.",
    "Thank you, we have received your message and will answer it as soon as we can.",
)


class Donors:
    """Sentences of other pages, drawn in an order that a seed decides."""

    def __init__(self, sentences: Sequence[str], random: Random) -> None:
        self.sentences, self.random = sentences, random

    def sentence(self) -> str:
        return self.random.choice(self.sentences)

    def title(self) -> str:
        return " ".join(self.sentence().rstrip(".!?").split()[: self.random.randint(5, 11)])


def insert(container: Element, story: Sequence[Element], donors: Donors) -> None:
    """Put one or two kinds of furniture into or behind a story's container."""
    for make in donors.random.sample(INSERTS, k=donors.random.randint(1, 2)):
        make(container, story, donors)


def _box(tag: str, name: str, *children: Element | str) -> Element:
    attributes = {"class": name} if name else {}
    return getattr(builder, tag.upper())(attributes, *children)


def _link(text: str) -> Element:
    return builder.A({"href": "/a"}, text)


def _teasers(container: Element, story: Sequence[Element], donors: Donors) -> None:
    pick = donors.random
    card, tag, heading = (
        pick.choice(CARDS),
        pick.choice(("div", "li", "article")),
        pick.choice(("h3", "h4", "span", "p")),
    )
    has_text, linked_all = pick.random() < 0.7, pick.random() < 0.3
    cards = []
    for _ in range(pick.randint(2, 6)):
        parts = [_link(donors.title()) if heading == "span" else _box(heading, "", _link(donors.title()))]
        parts += [_box("p", "", _link(donors.sentence()) if linked_all else donors.sentence())] if has_text else []
        parts += [builder.SPAN(pick.choice(TIMES))] if pick.random() < 0.6 else []
        cards.append(_box(tag, card, *parts))
    head = [_box(pick.choice(("h2", "h3", "div", "p")), "", pick.choice(HEADS))] if pick.random() < 0.8 else []
    if tag == "li":
        cards = [builder.UL(*cards)]
    _place(container, story, [*head, *cards], pick, is_within=pick.random() < 0.3)


def _discussion(container: Element, story: Sequence[Element], donors: Donors) -> None:
    pick = donors.random
    name, who, when = (
        pick.choice(COMMENTS),
        pick.choice(("who", "user", "name", "author")),
        pick.choice(("when", "ts", "age")),
    )
    items = []
    for _ in range(pick.randint(2, 9)):
        said = [builder.P(" ".join(donors.sentence() for _ in range(pick.randint(1, 4))))]
        signed = [_box("span", who, pick.choice(NAMES)), _box("span", when, pick.choice(TIMES))]
        items.append(
            _box("div", name, *signed, _box("div", "txt", *said), _link(pick.choice(("Reply", "Antworten", "Report"))))
        )
    box = _box(
        "div",
        pick.choice(ROUND_COMMENTS),
        builder.H3(f"{len(items)} " + pick.choice(("comments", "opinions", "replies"))),
        *items,
    )
    (container.getparent() if pick.random() < 0.5 else container).append(box)


def _captions(container: Element, story: Sequence[Element], donors: Donors) -> None:
    pick = donors.random
    around, caption, tag = pick.choice(ROUND_CAPTIONS), pick.choice(CAPTIONS), pick.choice(("div", "span", "p"))
    for paragraph in pick.sample(list(story), k=min(len(story), pick.randint(1, 4))):
        parts = [builder.IMG(src="a.jpg"), _box(tag, caption, donors.sentence())]
        parts += (
            [_box("span", pick.choice(("credit", "image-credit", "source")), pick.choice(NAMES))]
            if pick.random() < 0.5
            else []
        )
        paragraph.addnext(_box("div", around, *parts))


def _offer(container: Element, story: Sequence[Element], donors: Donors) -> None:
    """A paywall: the story is cut behind its first paragraphs, and an offer stands below."""
    pick = donors.random
    for paragraph in story[pick.randint(1, 3) :]:
        if paragraph.getparent() is not None:
            paragraph.getparent().remove(paragraph)
    texts = pick.sample(OFFER_TEXTS, k=pick.randint(1, 3))
    container.append(_box("div", pick.choice(OFFERS), builder.H3("Read on"), *(builder.P(text) for text in texts)))


def _promotion(container: Element, story: Sequence[Element], donors: Donors) -> None:
    pick = donors.random
    parts = [builder.P(pick.choice(PROMO_TEXTS))]
    parts += [builder.FORM(builder.INPUT(type="email"), builder.BUTTON("OK"))] if pick.random() < 0.5 else []
    _place(container, story, [_box("div", pick.choice(PROMOS), *parts)], pick, is_within=True)


def _biography(container: Element, story: Sequence[Element], donors: Donors) -> None:
    pick = donors.random
    text = pick.choice(BIO_TEXTS).format(pick.choice(NAMES))
    container.append(_box("div", pick.choice(BIOS), builder.IMG(src="a.jpg"), builder.P(text)))


def _consent(container: Element, story: Sequence[Element], donors: Donors) -> None:
    pick = donors.random
    box = _box(
        "div",
        pick.choice(DIALOGS),
        builder.H2("Your privacy"),
        *(builder.P(t) for t in pick.sample(CONSENT_TEXTS, k=2)),
    )
    if pick.random() < 0.5:
        box.set("role", "dialog")
    for body in container.getroottree().getroot().iter("body"):
        body.append(box)


def _unseen(container: Element, story: Sequence[Element], donors: Donors) -> None:
    pick = donors.random
    text = pick.choice((*UNSEEN_TEXTS, donors.sentence()))
    box = builder.DIV(builder.P(text), style="display:none") if pick.random() < 0.7 else builder.DIV(text, hidden="")
    _place(container, story, [box], pick, is_within=False)


def _place(
    container: Element, story: Sequence[Element], parts: Sequence[Element], pick: Random, is_within: bool
) -> None:
    """Put parts behind a paragraph within the story, or at the end of its container."""
    if is_within and story:
        at = pick.choice(list(story))
        for part in reversed(parts):
            at.addnext(part)
    else:
        container.extend(parts)


INSERTS: tuple[Callable[[Element, Sequence[Element], Donors], None], ...] = (
    *(_teasers, _teasers, _discussion, _captions, _captions, _offer, _promotion, _biography, _consent, _unseen),
)
