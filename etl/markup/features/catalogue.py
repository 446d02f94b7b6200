"""The features of a line by name, each with a description that can be read alone.

LINE_FEATURES are those of the first pass.

CONTEXT_FEATURES say what the first pass thinks of a line's neighbourhood: the second pass has both.
"""

from etl.markup.elements import PARTS

# Boxes whose name is a feature of the lines in them, and those of the box around.
NAMES = ("p", "div", "li", "td", "section", "blockquote", "h1", "h2", "h3", "h4", "article", "body")

TEXT_FEATURES = {
    "chars": "characters of the line; one of Chinese, Japanese, Korean or Thai counts as three",
    "words": "words; two characters of Chinese, Japanese, Korean or Thai count as one",
    "ending": "1 if it ends as a sentence, 2 if inside quotation marks or brackets, 3 if with : ; or a comma, else 0",
    "capitals": "share of the words in its first 80 characters that begin with a capital",
    "upper": "share of capitals in its first 80 characters",
    "digits": "share of digits in its first 80 characters",
    "opening": "first character: 1 capital, 2 digit, 3 small letter, 0 another sign",
    "sentences": "ends of sentences within it",
    "commas": "commas",
    "bars": "1 if it has a |, 2 if a ©, 3 if both",
    "quote": "1 if it begins with a quotation mark or a dash",
    "address": "1 if it has an @",
    "lexicon": "learned weights of its first 25 words, if it has fewer than 260 characters",
    "word-length": "characters per word",
}
SETTING_FEATURES = {
    "linked": "share of its characters inside links",
    "linked-chars": "characters inside links",
    "bold": "share of its characters in bold",
    "italic": "share of its characters in italics",
    "pictures": "pictures between the line above and this one, at most 3",
    "byline": "1 if the page marks it up as the author",
    "date": "1 if the page marks it up as a time",
}
PLACE_FEATURES = {
    **{f"in-{part}": f"1 if it is inside {'an' if part[0] in 'aeiou' else 'a'} {part}" for part in PARTS},
    **{f"box-{name}": f"1 if its box is a <{name}>" for name in NAMES},
    "depth": "boxes around it",
    "key-box": "learned weights of the words in its box's attributes",
    "key-parent": "learned weights of the words in the attributes of the parent box",
    "key-near": "sum of the learned weights of the attributes of its box and of the parent box",
    "key-far": "learned weights of the words in the attributes of all boxes around the parent box",
    "key-far-least": "the lowest learned weight of the attributes of a box around the parent box",
    "key-far-most": "the highest learned weight of the attributes of a box around the parent box",
    "from-headline": "how many lines it is below the headline, from -60 to 200; -99 if there is no headline",
    "prose-from-headline": "share of the page's prose between the headline and it",
    "up-to-headline": "how many boxes up is the first that contains it and the headline",
    "is-headline": "1 if it is the title of the page, or a part of it",
    "position": "its place on the page, from 0 (top) to 1 (end)",
    "prose-before": "share of the page's prose above it",
    "prose-after": "share of the page's prose below it",
}
# Parts that condemn a text, unless most of the page's prose stands in them.
MARKERS = ("aside", "header", "footer", "form", "dialog", "hidden", "comments", "figure", "li", "nav")
# Of these, the ones that whole stories stand in.
VOID = ("aside", "header", "footer", "form", "hidden", "nav")
LEVELS = ("box", "parent", "grand", "great")
# What explanations call them.
BOXES = {
    "box": "its box",
    "parent": "its parent box",
    "grand": "its grandparent box",
    "great": "its great-grandparent box",
}
BOX_FEATURES = {
    **{f"{level}-prose": f"share of the page's prose in {box}" for level, box in BOXES.items()},
    **{f"{level}-linked": f"share of linked characters in {box}" for level, box in BOXES.items()},
    **{f"{level}-density": f"share of prose in {box}" for level, box in BOXES.items()},
    **{f"{level}-lines": f"lines in {box}" for level, box in BOXES.items()},
    "box-children-p": "<p> elements directly inside its box",
    "parent-children": "boxes directly inside its parent box",
    "parent-children-p": "<p> elements directly inside its parent box",
    "parent-direct": "share of the page's prose in boxes directly inside its parent box",
    "grand-direct": "share of the page's prose in boxes directly inside its grandparent box",
    "kin": "lines whose box and parent box have the same attributes",
    "kin-prose": "share of the page's prose in lines whose boxes have the same attributes",
    "kin-density": "share of prose in lines whose boxes have the same attributes",
    "kin-length": "mean length of lines whose boxes have the same attributes",
    "kin-linked": "share of linked characters in lines whose boxes have the same attributes",
    "repeated-box": "boxes with the same attributes beside its box",
    "repeated": "the most boxes with the same attributes beside any of the five boxes around it (cards)",
    **{f"page-{part}": f"share of the page's prose inside any {part}" for part in MARKERS},
    "in-container": "1 if it is inside the main box: the one with the most prose, minus a cost of other text",
    "container-prose": "share of the page's prose in the main box",
    "up-to-container": "how many boxes up is the first that contains it and the main box; -1 if it is inside",
}
# What explanations call the lines around.
LINES = {
    **{-3: "the third line above", -2: "the second line above", -1: "the line above"},
    **{1: "the line below", 2: "the second line below", 3: "the third line below"},
}
NEIGHBOUR_FEATURES = {
    **{f"prose{step:+d}": f"characters of {LINES[step]}, if that is prose" for step in (-2, -1, 1, 2)},
    **{f"linked{step:+d}": f"share of links in {LINES[step]}; -1 if there is no such line" for step in (-2, -1, 1, 2)},
    "chars-1": "characters of the line above",
    "chars+1": "characters of the line below",
    "density-around": "share of prose in the nine lines around",
    "copies-before": "lines above with the same text",
    "copies": "other lines with the same text",
    "copies-near": "the most copies of a short line within three lines, such as a button of each comment",
    "heading-lexicon": "learned weights of the words of the last heading above",
    "heading-key": "learned weights of the words in the attributes of the last heading's box and its parent",
    "since-heading": "lines since the last heading; 200 if there is none",
    "dates-before": "lines marked up as a time above it and below the headline, at most 50",
    "dates-near": "lines marked up as a time among the six around",
    "bylines-before": "lines marked up as an author above it and below the headline, at most 50",
}
PAGE_FEATURES = {
    "article-body": "share of its runs of four words in the page's articleBody; -1 if there is none",
    "article-body-length": "characters of the articleBody per character of the page's prose",
    "description": "1 if the page's description contains its beginning or is in it, 2 if both; -1 if there is none",
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
    "first-pass": "log-odds of story by the first pass, in thousandths, from -6000 to 6000",
    **{
        f"first-pass{step:+d}": f"log-odds of story by the first pass for {LINES[step]}, in thousandths"
        for step in (-3, -2, -1, 1, 2, 3)
    },
    **{f"story-within-{reach}": f"expected share of story in the lines within {reach}" for reach in (2, 5, 12)},
    **{f"story-{level}": f"expected share of story in the rest of {box}" for level, box in BOXES.items()},
    **{f"mass-{level}": f"share of the page's expected story in {box}" for level, box in BOXES.items()},
    "story-kin": "expected share of story in other lines whose boxes have the same attributes; -1 if there are none",
    "mass-kin": "share of the page's expected story in lines whose boxes have the same attributes",
    "mass-before": "share of the page's expected story above it",
    "mass-after": "share of the page's expected story below it",
    "since-story": "lines up to the next one above that is surely story; 99 if there is none",
    "until-story": "lines down to the next one below that is surely story; 99 if there is none",
    "in-story-container": "1 if it is inside the story box: the one with the most expected story, minus other text",
    "story-container-mass": "share of the page's expected story in the story box",
    "up-to-story-container": "how many boxes up is the first that contains it and the story box; -1 if it is inside",
    "mass": "characters of expected story on the page",
    "mass-direct": "share of the page's expected story in boxes directly inside its parent box",
    "mass-of-page": "share of expected story in the page's characters",
}
