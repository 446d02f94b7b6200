"""HTML elements and attributes: how they set text, and which part of a page they call themselves.  Tables only.

What an element calls itself is only a clue: whole stories stand in an <aside>, behind `hidden`, in a class "comments".
The page model weighs clues; only the text of CONTROLS is never part of a story.
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
# Text that is set as typed.
VERBATIM = frozenset(("listing", "plaintext", "pre", "textarea", "xmp"))
# Markup and not text: never shown, never in a block.  Not <head>: of a page that writes neither it nor <body>, libxml2
# puts an <article> there, where a browser ends the head.
SILENT = frozenset(("annotation", "annotation-xml", "script", "style", "svg", "template", "title"))
# Those that are silent within <math> alone: elsewhere they are unknown, and shown.
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
# HTML within an <svg>, which goes on behind it: shown, or silent.
WITHIN_SVG = {"desc": "desc", "foreignobject": ""}
# Controls, and what a browser shows that cannot show them: text that is no part of a story on any page, by its name.
# So is a reading above a word, which would double it in the line, if it has no brackets there.
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
# Elements in a line that a browser sets apart: their text comes after the line.
APART = frozenset((*CONTROLS, "button"))
# Boxes that hold a line of text: a custom element in one is a part of the line.
LINES = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "figcaption", "summary", "legend", "caption"))
PHRASING = frozenset(
    ("a", "abbr", "b", "code", "em", "font", "i", "mark", "s", "small", "span", "strong", "sub", "sup", "u")
)
BOLD = frozenset(("b", "strong"))
ITALIC = frozenset(("em", "i"))
PICTURES = frozenset(("amp-img", "img", "picture"))

# Parts of a page that an element may stand in, in the order of their bits.
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
# Only these may call themselves a dialog or comments: <body class="comments-open"> holds the story.
GROUPS = frozenset(("div", "section", "ol", "ul", "li", "aside", "table", "td"))
# Attributes that may hide their element.
HIDING = frozenset(("hidden", "aria-hidden", "style"))
# A value of `hidden`: the answer to a question that a click unfolds, and a search in the page does.
UNTIL_FOUND = "until-found"
# Searched for in all style sheets: four times as fast with its first letter told from the others.
INVISIBLE = re.compile(r"[DdVv](?i:isplay\s*:\s*none|isibility\s*:\s*hidden)")
# How a style attribute sets text where only screen readers find it: cut down to nothing, or beside the page.
OUT_OF_SIGHT = re.compile(
    r"clip(?:-path)?\s*:\s*(?:rect\(\s*[01](?:px)?[\s,]|inset\(\s*(?:50|100)%)|(?:left|top|text-indent)\s*:\s*-\d{4}",
    re.IGNORECASE,
)

# Attributes whose words say what an element is for.
NAMING = frozenset(
    (
        *("class", "id", "itemprop", "role", "aria-label"),
        *("data-testid", "data-component", "data-type", "data-module", "data-qa"),
    )
)
