"""The words in the attributes of boxes, and the kinds of furniture that they name.

Pages of a site share their attributes, so results are cached.
"""

import re
from functools import lru_cache
from itertools import chain, pairwise

# The most cached values of attributes: those of some thirty pages, with a kilobyte each.
MAX_REMEMBERED = 5_000
# The most cached results of each pattern, with some three hundred bytes each.
MAX_SEARCHED = 2_000
# The most parts of an attribute, the most words of a part, and the most letters of a word (it has at least two).
MAX_PARTS, MAX_WORDS, MAX_LETTERS = 12, 6, 20

_KEY_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def key_words(key: tuple[str, str]) -> frozenset[str]:
    """Return the words in the attributes of a box, and pairs of neighbours.

    >>> sorted(key_words(("div", "article-bodyText")))
    ['article', 'article+body', 'body', 'body+text', 'text']
    """
    return _words(key[1])


@lru_cache(MAX_REMEMBERED)
def _words(names: str) -> frozenset[str]:
    return frozenset(chain.from_iterable(map(_part_words, names.split()[:MAX_PARTS])))


@lru_cache(MAX_REMEMBERED)
def _part_words(part: str) -> tuple[str, ...]:
    words = [word.lower() for word in _KEY_WORD.findall(part)[:MAX_WORDS] if 1 < len(word) < MAX_LETTERS]
    return (*words, *map("+".join, pairwise(words)))


class Finder:
    """A pattern for the names of boxes, and lower-case texts of which each match has one.

    Most names have none of these texts, and they are found ten times as fast as a pattern with a look-behind.  `search`
    returns the first match in names, or None; it caches results, because names are repeated often.
    """

    def __init__(self, pattern: str, needed: str) -> None:
        self.pattern = re.compile(pattern, re.IGNORECASE)
        self.needed = re.compile(needed)

        self.search = lru_cache(MAX_SEARCHED)(self.find)

    def find(self, names: str) -> re.Match[str] | None:
        """Return the same as `search`, without a cache."""
        return self.pattern.search(names) if self.needed.search(names.lower()) else None


# Where a word begins: "byline", "news-author", "NewsAuthor".
_BEGIN = r"(?:(?<![a-z])|(?-i:(?<=[a-z])(?=[A-Z])))"
# Words of a class that name a byline, and a date: those of thousands of sites.
CLUES = Finder(
    rf"(?P<byline>{_BEGIN}(?:by-?_?line|author|authors|writer|contributor|reporter|autor|autore|auteur"
    r"|autor(?:en)?zeile|assinatura|firma|signature|r[eé]dacteur|redakt[oö]r|journaliste?|periodista|giornalista"
    r"|verfasser|skribent|forfatter|kirjoittaja|yazar|muhabir)"
    r"(?:[-_]*(?:name|names|link|title))?(?![a-z]))"
    rf"|(?P<date>{_BEGIN}(?:date|datum|fecha|dateline|timestamp|time-?stamp|time-?ago|published|pub-?date|publication-?date|"
    r"posted-?on|entry-date|post-date|article-date|datetime)(?![a-z]))"
    r"|(?P<given>(?<![a-z])(?:given|first)-?_?name(?![a-z]))|(?P<family>(?<![a-z])(?:family|last)-?_?name(?![a-z]))",
    "line|a(?:ut|ssin)|writer|contrib|r(?:eport|[eé]da)|dat|f(?:echa|irma|orfat)|ago|s(?:tamp|ignat|kribent)"
    "|p(?:ubli|osted|eriod)|name|zeile|journal|giornal|verfas|kirjoit|yazar|muhabir",
)
# Classes and ids that mean the same on thousands of sites: comments by WordPress and Disqus, consent windows by vendor.
PARTS = Finder(
    r"(?P<dialog>onetrust|cookiebot|didomi|qc-cmp2|usercentrics|cookie-?(?:consent|banner|notice|law)|sp_message|gdpr|toast|snackbar"
    # What stands in the place of a film or post until a reader agrees to load it.
    r"|embed-?_?(?:consent|privacy|placeholder|opt-?in)|brlbs-(?:cb|content-blocker)|cmplz-blocked"
    r"|(?<![a-z])consent-?_?(?:placeholder|overlay))"
    rf"|(?P<comments>{_BEGIN}comments?(?![a-z])|commentlist|disqus|(?<![a-z])(?:respond|replies)(?![a-z]))",
    "cookie|onetrust|didomi|cmp2|usercentrics|sp_message|gdpr|toast|snackbar|embed|brlbs|cmplz|consent|comment|disqus|respond|replies",
)
# Other names of groups of comments.
DISCUSSIONS = Finder(
    r"(?<![a-z])(?:discuss(?:ions?)?|opinions|talkbacks?|forum|reactions|kommentare?|commentaires?|comentarios|commenti|"
    r"reacties|комментарии|comentários|yorumlar?|koment[aá][rř](?:ze|e|y)|kommentarer|kommentit|disku[sz]e|reaktionen"
    r"|reacciones|leserbriefe|leserkommentare|opinie|hozz[aá]sz[oó]l[aá]sok|binh-?luan|(?:comment|reply)-?list"
    # Systems of comments.
    r"|nodebb-?(?:posts|comments)|wp-?discuz|livefyre|viafoura|spot-?im|remark42|isso-?thread|commento|hyvor-?talk"
    r"|coral-?(?:talk|thread)|utterances|giscus|cusdis)(?![a-z])",
    "discuss|opini|talkback|forum|reac|koment|komment|comment|coment|комментарии|yorum|disku[sz]|reakt|leser|hozz"
    "|luan|reply|nodebb|discuz|fyre|viaf|spot|mark42|isso|hyvor|coral|utter|giscus|cusdis",
)
CAPTIONS = Finder(
    rf"{_BEGIN}(?:(?:image|img|photo|picture|thumb|media|video|figure)?captions?|credits?|bildunterschrift|bildtext"
    r"|l[eé]gende?|leyenda|slide|(?:image|img|photo|pic)[-_]?desc(?:r|ription)?)(?![a-z])",
    "caption|credit|bild|gend|leyenda|slide|desc",
)
PICTURES = Finder(
    r"(?<![a-z])(?:image|photo|picture|pics?|img|thumb(?:nail)?|bild|foto|imagen?|immagine|zdjecie|gallery|galerie)(?![a-z])",
    "image|photo|pic|img|thumb|bild|foto|imagen|immagine|zdjecie|galler|galerie",
)
TITLES = Finder(
    r"(?<![a-z])(?:title|headline|heading|titel|titre|t[ií]tulo|titolo)(?![a-z])",
    "tit|head",
)
INTROS = Finder(
    r"(?<![a-z])(?:intro(?:duction)?|lead|lede|lead-?in|stand-?first|sapo|vorspann|anreisser|chapo|chapeau|entradilla"
    r"|bajada|copete|sommario|ingress|inleiding)(?:-?_?(?:text|para(?:graph)?))?(?![a-z])",
    "intro|lead|lede|first|sapo|vorsp|anrei|chap|entrad|bajada|copete|sommario|ingress|inleid",
)
# Names of a second headline.
DEKS = Finder(
    r"(?<![a-z])(?:dec?k|strap-?line|sub-?(?:line|title|head(?:line|ing)?)|unter-?titel|sub-?t[ií]tulo|sous-?titre"
    r"|sotto-?titolo|ondertitel|under-?rubrik)(?![a-z])",
    "de|strap|sub|tit|rubrik",
)
BIOGRAPHIES = Finder(
    r"(?<![a-z])(?:auth?[eo]u?r-?_?(?:bio|body|box|desc|description|info|about)|about-?_?(?:the-?_?)?auth?[eo]u?r)(?![a-z])",
    "aut",
)
RELATED = Finder(
    r"(?<![a-z])(?:related-?(?:posts?|articles?|stories|news|links|content)?|yarpp|see-?also|also-?read|similar"
    r"|more-?(?:stories|news|articles)|recommend(?:ed|s|ations?)?|tuijian|lire-?aussi|relacionad[ao]s|correlati|read-?more|toc"
    r"|table-of-contents|leggi-?anche|lees-?ook|leia-?(?:mais|tambem)|veja-?tambem|saiba-?mais|mehr-?zum-?thema"
    r"|czytaj-?(?:tak[zż]e|te[zż])|zobacz-?(?:tak[zż]e|te[zż])|l[aä]s-?(?:mer|ocks[aå]|ogs[aå])|lue-?my[oö]s"
    r"|ilgili-?haber(?:ler)?|relaterade|gerelateerd|powiazane|souvisejici)(?![a-z])",
    "relat|yarpp|see|also|more|simil|recom|tuijian|aussi|relacion|correlati|toc|contents|leggi|lees|leia|veja|saiba|thema|zyta"
    "|zobac|l[aä]s|lue|ilgili|relater|powia|souvis",
)
OFFERS = Finder(
    r"(?<![a-z])(?:offers?|subscribe|subscriptions?|newsletters?|sign-?up|reg-?wall|gateway|abo-?box|polls?|quiz"
    r"|cta|call-?to-?action|donat(?:e|ions?)|sponsored(?:-?(?:content|box))?|amp-(?:sticky-)?ad"
    # "paywall" alone may be the box of the story behind the paywall.
    r"|pay-?wall-?_?(?:banner|headline|text|offers?|box|message|notice|prompt|overlay|modal))(?![a-z])",
    "offer|subscri|newsletter|sign-?up|wall|gateway|box|poll|quiz|cta|call|donat|sponsored|amp",
)
# A box with such a name may have the story behind a paywall, or the text of the paywall.
WALLS = Finder(
    r"(?<![a-z])(?:pay-?wall|reg-?wall|meter(?:ed)?|premium-?(?:box|wall|offer)|subscriber-?only|barrier|piano|tp-container)(?![a-z])",
    "wall|meter|premium|subscriber|barrier|piano|tp-",
)
# Names of text for screen readers, and of tooltips.
SPOKEN = Finder(
    r"(?<![a-z])(?:sr-?only|visually-?hidden|screen-?reader(?:-?text)?|tool-?tip-?_?(?:text|content))(?![a-z])",
    "sr|hidden|reader|tip",
)
# What the scripts of networks look for in the pages that embed their posts.
EMBEDS = Finder(r"(?<![a-z])(?:instagram-media|tiktok-embed)(?![a-z])", "instagram|tiktok")
GALLERIES = Finder(r"(?<![a-z])(?:gallery|galerie|slide-?show|carousel)(?![a-z])", "galler|galerie|slide|carousel")


@lru_cache(MAX_REMEMBERED)
def named_clue(names: str) -> str:
    """Return the clue that a class names: byline, date, given or family name; "" if there is none."""
    match = CLUES.find(names)
    return (match.lastgroup or "") if match else ""


def named_part(names: str) -> str:
    """Return the part that names of an element say it is: dialog or comments; "" otherwise."""
    match = PARTS.search(names)
    return (match.lastgroup or "") if match else ""


def names_discussion(names: str) -> bool:
    """Return whether an element has a name for comments that `named_part` does not know."""
    return DISCUSSIONS.search(names) is not None
