"""Tables of HTML elements and attributes: how they set text, and which parts of a page they name.

A name of an element is only a clue: whole stories are in an <aside>, behind `hidden`, or in a class "comments".  The
page model weighs clues.  Only the text of CONTROLS is never part of a story.
"""

import re

# Elements that a browser sets as blocks (HTML standard, 15.3 "Non-replaced elements").
BLOCKS = frozenset(
    (
        *("html", "body", "article", "main", "section", "header", "footer", "nav", "aside", "address", "hgroup"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "p", "blockquote", "center", "div", "figure", "figcaption", "hr"),
        *("pre", "listing", "plaintext", "xmp", "dir", "menu", "ol", "ul", "li", "dl", "dt", "dd", "search"),
        *("table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "details", "summary", "dialog"),
        *("form", "fieldset", "legend", "frameset", "noframes", "option", "optgroup"),
    )
)
# Elements around all of a page, and those that may hold the whole story.
ROOTS = frozenset(("html", "body"))
WHOLES = ROOTS | {"main", "article"}
# Text that is set as typed.
VERBATIM = frozenset(("listing", "plaintext", "pre", "textarea", "xmp"))
# Elements without text: never shown, never in a block. <head> is not among them: if a page has neither <head> nor
# <body>, libxml2 puts an <article> into the head, where a browser ends the head.
SILENT = frozenset(("annotation", "annotation-xml", "script", "style", "svg", "template", "title"))
# Elements without text only within <math>; elsewhere they are unknown, and shown.
OF_MATH = frozenset(("annotation", "annotation-xml"))
# These end an <svg> or a formula that is not closed, and are shown within one (HTML standard: "foreign content").
OUT_OF_FOREIGN = frozenset(
    (
        *("b", "big", "blockquote", "body", "br", "center", "code", "dd", "div", "dl", "dt", "em", "embed", "font"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "head", "hr", "i", "img", "li", "listing", "main", "menu", "meta"),
        *("nobr", "ol", "p", "pre", "ruby", "s", "small", "span", "strong", "strike", "sub", "sup", "table", "tt"),
        *("u", "ul", "var"),
    )
)
# HTML within an <svg>, which continues after it: shown, or without text.
WITHIN_SVG = {"desc": "desc", "foreignobject": ""}
# Controls, and their text for other browsers, by name: never part of a story.  The same holds for the reading above a
# word (<rt>) without brackets, which would repeat the word in its line.
CONTROLS = {
    "audio": "audio",
    "canvas": "iframe",
    "datalist": "select",
    "embed": "iframe",
    "iframe": "iframe",
    "noembed": "iframe",
    "noframes": "iframe",
    "noscript": "noscript",
    "object": "iframe",
    "rt": "reading",
    "select": "select",
    "textarea": "form",
    "video": "video",
}
# Elements in a line that a browser sets apart, so that their text comes after the line.
APART = frozenset((*CONTROLS, "button"))
# Boxes with a line of text: a custom element in such a box is part of the line.
LINES = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "figcaption", "summary", "legend", "caption"))
PHRASING = frozenset(
    ("a", "abbr", "b", "code", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u")
)
BOLD = frozenset(("b", "strong"))
ITALIC = frozenset(("em", "i"))
PICTURES = frozenset(("amp-img", "img", "picture"))

# Parts of a page that may contain an element, in the order of their bits.
PARTS = (
    *("article", "main", "aside", "header", "footer", "nav", "figure", "figcaption", "form", "table", "li"),
    *("blockquote", "button", "label", "dialog", "details", "heading", "dl", "hidden", "comments"),
)
BIT = {part: 1 << place for place, part in enumerate(PARTS)}
PART_OF_NAME = {
    **{part: part for part in PARTS if part not in ("heading", "hidden", "comments")},
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("ul", "ol"), "li"),
    **dict.fromkeys(("td", "th"), "table"),
    **dict.fromkeys(("dt", "dd"), "dl"),
    "menu": "nav",
    "search": "form",
    "summary": "details",
}
PART_OF_ROLE = {
    "alertdialog": "dialog",
    "article": "article",
    "banner": "header",
    "complementary": "aside",
    "contentinfo": "footer",
    "dialog": "dialog",
    "main": "main",
    "menu": "nav",
    "menubar": "nav",
    "navigation": "nav",
    "search": "form",
}
# Only these elements can be a dialog or comments: <body class="comments-open"> has the story.
GROUPS = frozenset(("div", "section", "ol", "ul", "li", "aside", "table", "td"))
# Attributes that may hide their element.
HIDING = frozenset(("hidden", "aria-hidden", "style"))
# A value of `hidden` for text that a click or a search in the page unfolds.
UNTIL_FOUND = "until-found"
# A regex for all style sheets, which is four times as fast because its first letter is separate.
INVISIBLE = re.compile(r"[DdVv](?i:isplay\s*:\s*none|isibility\s*:\s*hidden)")
# Style attributes of text for screen readers only: clipped to nothing, or outside of the page.
OUT_OF_SIGHT = re.compile(
    r"clip(?:-path)?\s*:\s*(?:rect\(\s*[01](?:px)?[\s,]|inset\(\s*(?:50|100)%)|(?:left|top|text-indent)\s*:\s*-\d{4}",
    re.IGNORECASE,
)

# Attributes whose words describe the purpose of an element.
NAMING = frozenset(
    (
        *("class", "id", "itemprop", "role", "aria-label"),
        *("data-testid", "data-component", "data-type", "data-module", "data-qa"),
    )
)
