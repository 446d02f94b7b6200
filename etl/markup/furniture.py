"""What part of the furniture an element calls itself: by its name, role, class or id, or because it is hidden."""

import re
from collections.abc import Iterable, Mapping

# What a page is made of besides its story.  The order is the precedence where parts are nested: first what holds no
# story on any site, last what says least.  A button in an aside is a button; a hidden menu is a menu.
FURNITURE = (
    "nav",
    "menu",
    "footer",
    "comments",
    "dialog",
    "form",
    "select",
    "button",
    "iframe",
    "audio",
    "video",
    "header",
    "noscript",
    "figcaption",
    "aside",
    "hidden",
)

PART_OF_NAME = {
    "aside": "aside",
    "audio": "audio",
    "button": "button",
    "canvas": "iframe",
    "datalist": "select",
    "dialog": "dialog",
    "embed": "iframe",
    "figcaption": "figcaption",
    "footer": "footer",
    "form": "form",
    "header": "header",
    "iframe": "iframe",
    "menu": "menu",
    "nav": "nav",
    "noembed": "iframe",
    "noframes": "iframe",
    "noscript": "noscript",
    "object": "iframe",
    "search": "form",
    "select": "select",
    "textarea": "form",
    "title": "hidden",
    "video": "video",
}
PART_OF_ROLE = {
    "alertdialog": "dialog",
    "banner": "header",
    "complementary": "aside",
    "contentinfo": "footer",
    "dialog": "dialog",
    "menu": "menu",
    "menubar": "menu",
    "navigation": "nav",
    "search": "form",
}
# Words of a class or id that are the same on thousands of sites: comments by WordPress and Disqus, consent windows by
# OneTrust, Cookiebot, Didomi, Quantcast and Usercentrics.  The one on Reuters has more prose than many of its stories.
PART_OF_TOKEN = {
    "comments": "comments",
    "disqus_thread": "comments",
    "respond": "comments",
    "CybotCookiebotDialog": "dialog",
    "didomi-host": "dialog",
    "onetrust-consent-sdk": "dialog",
    "qc-cmp2-container": "dialog",
    "usercentrics-root": "dialog",
}
# Elements that stand within a line.  There, what is aria-hidden is shown: an icon, a drop cap.
PHRASING = frozenset(
    ("a", "abbr", "b", "code", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u")
)

_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def part_of(name: str, attributes: Mapping[str, str]) -> str:
    """Give the word of FURNITURE that an element calls for, "" for none.

    >>> part_of("div", {"role": "navigation"}), part_of("p", {"style": "display: none"}), part_of("p", {})
    ('nav', 'hidden', '')
    """
    tokens = f"{attributes.get('class', '')} {attributes.get('id', '')}".split()
    parts = [PART_OF_TOKEN.get(token, "") for token in tokens]
    parts += PART_OF_NAME.get(name, ""), PART_OF_ROLE.get(attributes.get("role", ""), "")
    return strongest((*parts, "hidden" if _is_hidden(name, attributes) else ""))


def strongest(parts: Iterable[str]) -> str:
    """Give the part that comes first in FURNITURE, "" when there is none.

    >>> strongest(["hidden", "", "menu"])
    'menu'
    """
    return min(filter(None, parts), key=FURNITURE.index, default="")


def _is_hidden(name: str, attributes: Mapping[str, str]) -> bool:
    mute = attributes.get("aria-hidden") == "true" and name not in PHRASING
    return mute or "hidden" in attributes or bool(_INVISIBLE.search(attributes.get("style", "")))
