"""The features of a line by name, with what each says.  LINE_FEATURES are those of the first pass.

CONTEXT_FEATURES say what the first pass thinks of a line's neighbourhood: the second pass has both.
"""

from etl.markup.elements import PARTS

# Boxes whose name is a feature of the lines in them, and those of the box around.
NAMES = ("p", "div", "li", "td", "section", "blockquote", "h1", "h2", "h3", "h4", "article", "body")

TEXT_FEATURES = {
    "chars": "characters of the line; one of Chinese, Japanese, Korean or Thai counts as three",
    "words": "words; two such characters count as one",
    "ending": "1 ends as a sentence, 2 so within quotes or brackets, 3 ends in : ; or a comma, 0 otherwise",
    "capitals": "share of the words in its first 80 characters that begin with a capital",
    "upper": "share of capitals in its first 80 characters",
    "digits": "share of digits in its first 80 characters",
    "opening": "first character: 1 capital, 2 digit, 3 small letter, 0 another sign",
    "sentences": "ends of sentences within it",
    "commas": "commas",
    "bars": "1 with a |, 2 with a ©, 3 with both",
    "quote": "1 begins with a quotation mark or a dash",
    "address": "1 with an @",
    "lexicon": "learned weights of its words, up to 25, in a line below 260 characters",
    "word-length": "characters a word",
}
SETTING_FEATURES = {
    "linked": "share of its characters inside links",
    "linked-chars": "characters inside links",
    "bold": "share of its characters in bold",
    "italic": "share in italics",
    "pictures": "pictures between the line before and this one, at most 3",
    "byline": "1 if the page marks it up as its author",
    "date": "1 if the page marks it up as a time",
}
PLACE_FEATURES = {
    **{f"in-{part}": f"1 inside a {part}" for part in PARTS},
    **{f"box-{name}": f"1 if its box is a <{name}>" for name in NAMES},
    "depth": "boxes around it",
    "key-box": "learned weights of the words in its box's attributes",
    "key-parent": "the same of the box around that",
    "key-near": "both",
    "key-far": "learned weights of the words in the attributes of all boxes further out",
    "key-far-least": "the least of these sums of a box",
    "key-far-most": "the greatest",
    "from-headline": "lines below the headline, from -60 to 200; -99 on a page without",
    "prose-from-headline": "share of the page's prose between the headline and it",
    "up-to-headline": "boxes up to the first that holds both it and the headline",
    "is-headline": "1 if it says the page's title or a part of it",
    "position": "its place on the page, 0 to 1",
    "prose-before": "share of the page's prose above it",
    "prose-after": "share of the page's prose below it",
}
# Parts that condemn a text, unless most of the page's prose stands in them.
MARKERS = ("aside", "header", "footer", "form", "dialog", "hidden", "comments", "figure", "li", "nav")
# Of these, the ones that whole stories stand in.
VOID = ("aside", "header", "footer", "form", "hidden", "nav")
LEVELS = ("box", "parent", "grand", "great")
BOX_FEATURES = {
    **{f"{level}-prose": f"share of the page's prose in its {level} box" for level in LEVELS},
    **{f"{level}-linked": f"share of linked characters in its {level} box" for level in LEVELS},
    **{f"{level}-density": f"share of prose in its {level} box" for level in LEVELS},
    **{f"{level}-lines": f"lines in its {level} box" for level in LEVELS},
    "box-children-p": "<p> right inside its box",
    "parent-children": "boxes right inside the parent box",
    "parent-children-p": "<p> among these",
    "parent-direct": "share of the page's prose in boxes right inside the parent box",
    "grand-direct": "the same for the grand box",
    "kin": "lines whose box and parent box have the same attributes",
    "kin-prose": "share of the page's prose in these",
    "kin-density": "share of prose in these",
    "kin-length": "their mean characters",
    "kin-linked": "share of linked characters in these",
    "repeated-box": "boxes with the same attributes beside its box",
    "repeated": "the most such boxes beside any of the five boxes around it: cards",
    **{f"page-{part}": f"share of the page's prose inside any {part}" for part in MARKERS},
    "in-container": "1 inside the box with the most prose less the cost of other text",
    "container-prose": "share of the page's prose in that box",
    "up-to-container": "boxes up to the first that holds both; -1 inside",
}
NEIGHBOUR_FEATURES = {
    **{f"prose{step:+d}": f"characters of the line {step:+d} if it is prose" for step in (-2, -1, 1, 2)},
    **{f"linked{step:+d}": f"share of links in the line {step:+d}; -1 off the page" for step in (-2, -1, 1, 2)},
    "chars-1": "characters of the line above",
    "chars+1": "characters of the line below",
    "density-around": "share of prose in the nine lines around",
    "copies-before": "lines above with the same text",
    "copies": "other lines with the same text",
    "copies-near": "the most copies of a short line within three lines: the button of each comment",
    "heading-lexicon": "learned weights of the words of the last heading above",
    "heading-key": "learned weights of the words in the attributes of that heading's box and its parent",
    "since-heading": "lines since that heading, 200 if there is none",
    "dates-before": "lines marked up as a time above it and below the headline, at most 50",
    "dates-near": "such lines among the six around",
    "bylines-before": "lines marked up as an author above it and below the headline, at most 50",
}
PAGE_FEATURES = {
    "article-body": "share of its runs of four words in the page's articleBody; -1 if there is none",
    "article-body-length": "characters of the articleBody for one of the page's prose",
    "description": "1 if its beginning stands in the page's description or that in it, 2 if both; -1 if there is none",
    "page-prose": "characters of prose on the page",
    "page-lines": "lines of the page",
}
LINE_FEATURES = {
    **TEXT_FEATURES,
    **SETTING_FEATURES,
    **PLACE_FEATURES,
    **BOX_FEATURES,
    **NEIGHBOUR_FEATURES,
    **PAGE_FEATURES,
}

CONTEXT_FEATURES = {
    "first-pass": "log-odds of the first pass, in thousandths, from -6000 to 6000",
    **{f"first-pass{step:+d}": f"the same of the line {step:+d}" for step in (-3, -2, -1, 1, 2, 3)},
    **{f"story-within-{reach}": f"expected share of story in the lines within {reach}" for reach in (2, 5, 12)},
    **{f"story-{level}": f"expected share of story in the rest of its {level} box" for level in LEVELS},
    **{f"mass-{level}": f"share of the page's expected story in its {level} box" for level in LEVELS},
    "story-kin": "expected share of story in other lines with such boxes; -1 if there are none",
    "mass-kin": "share of the page's expected story in all of these",
    "mass-before": "share of the page's expected story above it",
    "mass-after": "share of it below",
    "since-story": "lines up to the last one above that is surely story, 99 if there is none",
    "until-story": "lines down to the next one below",
    "in-story-container": "1 inside the box with the most expected story less other text",
    "story-container-mass": "share of the page's expected story in that box",
    "up-to-story-container": "boxes up to the first that holds both; -1 inside",
    "mass": "characters of expected story on the page",
    "mass-direct": "share of it in boxes right inside the parent box",
    "mass-of-page": "share of the page's characters that it is",
}
