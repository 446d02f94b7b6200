"""Lines that are not story although the model keeps them: comments of readers, dialogs.

Both look like a story, and may be longer than the story.  They are recognised by their place beside a story, in a box
with a telling name.  A whole story in such a box stays.  The same holds for lists of other stories, and for
biographies.
"""

import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice, takewhile
from types import MappingProxyType

from msgspec import structs

from etl.fold import ends_sentence
from etl.markup.clues import Said
from etl.markup.discussions import discussions
from etl.markup.elements import BIT, WHOLES
from etl.markup.layout import MIN_STORY, Layout, chars_of
from etl.markup.listed import (
    CERTAIN,
    MIN_SENTENCE,
    MOSTLY,
    PAY,
    asking,
    buttons,
    cards,
    column,
    excerpts,
    is_link_alone,
    labelled,
    links_apart,
    links_at_end,
    links_between,
    related,
    repeated,
    teasers,
    titles_in_list,
    walls,
)
from etl.markup.naming import BIOGRAPHIES, CAPTIONS, EMBEDS, GALLERIES, INTROS, OFFERS, PICTURES, SPOKEN
from etl.markup.shown import MAX_BESIDE

# Characters of story that must be outside of an offer, because an offer may stand below a teaser of one sentence.
MIN_TEASER = 100
# Characters of the longest caption; boxes around a line in which an offer is looked for, and a gallery.
MAX_CAPTION, OFFER_LEVELS, GALLERY_LEVELS, EMBED_LEVELS = 300, 3, 3, 5
# Sentences with which a box is a part of the story, whatever its name is.
MIN_TOLD = 3
# Characters of a lead at most, and how many times as long captions are if they are the story: a photo essay.
MAX_LEAD, MANY_TIMES = 600, 4
HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
# Lines of an item of a list that is told in slides.
MAX_SLIDE = 12
# Characters below a heading that makes it one of furniture; "[edit]" and "Copy link" stand beside headings of stories.
MIN_BELOW = 40
# Parts below a heading that are removed but are not furniture.
NOT_TOLD = BIT["figure"] | BIT["figcaption"] | BIT["table"]
# Lines of furniture that separate a last line from the story.  The model keeps a line with a probability (in
# thousandths) between these two values, but is not sure of it.  Lines with a smaller probability were put back.
FAR, KEPT, SURE, SURE_HEADED = 3, 300, 500, 600
HIDDEN = BIT["hidden"]
# Clues of a link to the page of an author.
AUTHOR_LINKS = ("author link", "rel author")
# Text that a figure may hold as a part of the story.
OF_FIGURES = BIT["blockquote"] | BIT["table"] | BIT["li"] | BIT["dl"]
# What an offer is taken up with.  The least probability, in thousandths, of a sentence that is surely no offer's, and
# the lines of a box that are looked at.
CLICKED, SURE_TOLD, MAX_TOLD = BIT["form"] | BIT["button"] | BIT["label"], 800, 100
# What a click on it may unfold what is below it, and how a line ends that leads on to what is folded away.
UNFOLDS = BIT["heading"] | BIT["button"] | BIT["details"] | BIT["dl"]
LEADS_ON = ("?", "？", "؟", ":", "：", "…", "...")
# "A post shared by Jane Roe (@jane.roe) on May 3", in the language of the page.
_HANDLE = re.compile(r"\S \(@[\w.]+\)")
# "3 / 12", "Picture 3 of 12": where one is in a gallery.
_COUNT = re.compile(
    r"\W*(?:[^\W\d]{3,10} )?\d{1,3} ?(?:/|of|von|de|di|sur|van|av|af|z|из) ?\d{1,3}(?!\d)", re.IGNORECASE
)


def asides(
    layout: Layout,
    said: Said,
    story: Collection[int],
    headlines: Collection[int] = (),
    likely: Mapping[int, int] = MappingProxyType({}),
) -> frozenset[int]:
    """Return the lines of dialogs, captions, offers, biographies, links and discussions among those taken for story.

    `likely` is the probability of lines, in thousandths; lines without one are certainly story.  A box with the
    headline above the story is none of these, whatever its name is.
    """
    first = min(story, default=0)
    layout = _unnamed(layout, max((line for line in headlines if line <= first), default=-1))
    found: set[int] = set()
    appended, is_caption = _appended(likely), _captions(likely)
    in_list, in_menu = related(layout, likely), column(layout, story)
    named = (_is_in_dialog, is_caption, appended, in_list, in_menu, is_link_alone, _is_of_embed)
    for is_one in named:
        lines = {line for line in story if line not in found and is_one(layout, line)}
        least = MIN_TEASER if is_one is appended else MIN_STORY
        if is_one is is_caption and _are_told(layout, lines, set(story) - found - lines):
            lines = {line for line in lines if not ends_sentence(layout.lines[line].text)}
        if lines and layout.have_chars(set(story) - found - lines, least):
            found |= lines
    for lines_of in (
        partial(_facts, said),
        _unseen,
        _in_figures,
        walls,
        repeated,
        excerpts,
        asking,
        teasers,
        cards,
        buttons,
        labelled,
        links_apart,
        titles_in_list,
        links_at_end,
        links_between,
        _about_author,
        _far_below,
    ):
        lines = lines_of(layout, sorted(set(story) - found), likely)
        if lines and layout.have_chars(set(story) - found - lines):
            found |= lines
    return frozenset(found) | discussions(layout, said, set(story) - found)


def _unnamed(layout: Layout, line: int) -> Layout:
    """Return a layout in which the boxes around a line have no names; -1 is no line."""
    if line < 0:
        return layout
    boxes, keys = list(layout.boxes), list(layout.keys)
    for place in layout.path(layout.lines[line].box):
        boxes[place] = structs.replace(boxes[place], key=len(keys))
        keys.append((boxes[place].name, ""))
    return structs.replace(layout, boxes=tuple(boxes), keys=tuple(keys))


def _far_below(layout: Layout, story: Sequence[int], likely: Mapping[int, int]) -> set[int]:
    """Return lines at the end of which the model is not sure, if lines of furniture part them from the story.

    Examples are the last story of a list of teasers, or a sentence about the author below buttons and tags.  One line
    less is enough if the last one is a heading: "More from Jane Roe".
    """
    found, most = set[int](), 0
    for at in range(len(story) - 1, 0, -1):
        most = max(most, likely.get(story[at], SURE_HEADED))
        if most >= SURE_HEADED or likely.get(story[at], 0) < KEPT:
            break
        above, gap = story[at] - 1, story[at] - story[at - 1]
        heading = layout.boxes[layout.lines[above].box]
        is_headed = heading.name in HEADINGS and (
            gap >= FAR or (gap > 1 and _is_list(layout, heading.parent, story, at))
        )
        if is_headed or (gap > FAR and most < SURE):
            found = set(story[at:])
    return found


def _is_list(layout: Layout, box: int, story: Sequence[int], at: int) -> bool:
    """Return whether the story from a line on is short lines, no sentences; a box holds this one, not that before."""
    inside = range(box, layout.ends[box])
    is_apart = layout.lines[story[at]].box in inside and layout.lines[story[at - 1]].box not in inside
    return is_apart and all(_is_short(layout, line) for line in story[at:])


def headings_alone(layout: Layout, story: Collection[int], headings: Collection[int]) -> set[int]:
    """Return the headings in whose boxes all other text is removed: "Have your say" above a poll.

    A sentence does not count as heading, because it is a lead.  Pictures, tables and controls are no sign of furniture.
    """
    found: set[int] = set()
    told = [line for line in range(len(layout.lines)) if line in story or _is_shown_part(layout, line)]
    for line in headings:
        box = layout.boxes[layout.lines[line].box]
        if box.name not in HEADINGS or not box.parent or layout.boxes[box.parent].name in WHOLES:
            continue
        inside = range(box.parent, layout.ends[box.parent])
        if (line and layout.lines[line - 1].box in inside) or ends_sentence(layout.lines[line].text):
            continue
        at = bisect(told, line)
        is_told = at < len(told) and layout.lines[told[at]].box in inside
        if not is_told and layout.have_chars(_lines_from(layout, inside, line + 1), MIN_BELOW):
            found.add(line)
    return found


def _lines_from(layout: Layout, boxes: range, first: int) -> Iterator[int]:
    """Yield the lines from one on, up to the first that stands in none of some boxes."""
    for line in range(first, len(layout.lines)):
        if layout.lines[line].box not in boxes:
            return
        yield line


def _is_shown_part(layout: Layout, line: int) -> bool:
    """Return whether a line is at a picture, in a table or in a control: parts of a story that are not its text."""
    box = layout.boxes[layout.lines[line].box]
    return bool(layout.lines[line].pictures or box.parts & NOT_TOLD or box.control)


def _facts(said: Said, layout: Layout, story: Sequence[int], likely: Mapping[int, int]) -> set[int]:
    """Return the first lines that are marked up as byline and date, if the model is not sure of them."""
    is_one = (line in said.bylines and line in said.dates and _is_short(layout, line) for line in story)
    first = next((at for at, is_fact in enumerate(is_one) if not is_fact), len(story))
    return {line for line in story[:first] if KEPT <= likely.get(line, SURE) < SURE}


def _about_author(layout: Layout, story: Sequence[int], _: Mapping[int, int]) -> set[int]:
    """Return the last lines, if each begins with the name of an author that is a link to the author's page."""
    named = ((clue.line, f"{clue.content} ") for clue in layout.clues if clue.name in AUTHOR_LINKS)
    texts = {line: layout.lines[line].text for line in story}
    begun = {line for line, name in named if texts.get(line, "").startswith(name)}
    return set(takewhile(begun.__contains__, reversed(story)))


def _is_short(layout: Layout, line: int) -> bool:
    return len(layout.lines[line].text) <= MAX_BESIDE and not ends_sentence(layout.lines[line].text)


def _unseen(layout: Layout, story: Sequence[int], _: Mapping[int, int]) -> set[int]:
    """Return single lines of hidden boxes below visible paragraphs: tooltips, notes for print.

    Other such boxes may be between them.

    Text that a heading, a question or a button unfolds stays, and so do boxes that occur several times, and a <p> among
    others, which a paywall hides.
    """
    boxes = [layout.boxes[line.box] for line in layout.lines]
    if not any(boxes[line].parts & HIDDEN for line in story):
        return set()
    told = set(story)
    shown = {boxes[line].key for line in story if not boxes[line].parts & HIDDEN}
    outermost = layout.outermost(HIDDEN)
    found: dict[int, list[int]] = defaultdict(list)
    above = -1
    for line, own in enumerate(boxes):
        if not own.parts & HIDDEN:
            above = line
        elif line in told and above in told:
            place = outermost[layout.lines[line].box]
            box, beside = layout.boxes[place], layout.lines[line - 1 : line + 2 : 2]
            is_alone = all(outermost[one.box] != place for one in beside)
            is_unfolded = boxes[above].parts & UNFOLDS or layout.lines[above].text.endswith(LEADS_ON)
            is_paragraph = box.name == boxes[above].name == "p" or box.key in shown
            if is_alone and not is_unfolded and not is_paragraph:
                found[box.key].append(line)
    return {lines[0] for lines in found.values() if len(lines) == 1}


def _in_figures(layout: Layout, story: Sequence[int], likely: Mapping[int, int]) -> set[int]:
    """Return the lines of figures that are links, or of which the model is not sure: credits, other stories, offers.

    Quotations, tables and items stay, and what was put back.
    """
    found: set[int] = set()
    for line in story:
        one, chance = layout.lines[line], likely.get(line, SURE)
        parts = layout.boxes[one.box].parts
        if parts & BIT["figure"] and not parts & OF_FIGURES and chance >= KEPT:
            found.update([line] if chance < SURE or one.linked == len(one.text) else [])
    return found


def _is_in_dialog(layout: Layout, line: int) -> bool:
    return bool(layout.boxes[layout.lines[line].box].parts & BIT["dialog"])


def _is_of_embed(layout: Layout, line: int) -> bool:
    """Return whether a line of a post that Instagram embeds is not its text: a link to it, or whose it is."""
    one = layout.lines[line]
    is_other = one.linked > MOSTLY * len(one.text) or (len(one.text) <= MAX_CAPTION and _HANDLE.search(one.text))
    return bool(is_other) and any(map(EMBEDS.search, _names(layout, line, EMBED_LEVELS)))


def _captions(likely: Mapping[int, int]) -> Callable[[Layout, int], bool]:
    """Return a function: is a short line a caption, by its element, the names of boxes around it, or its looks?

    Text in italics below a picture is a caption if it is no sentence, and an editor's note if it is one.  A box with
    more sentences than a caption has is a part of the story, whatever its name is; of two, the model must be sure.
    """
    told: dict[int, bool] = {}

    def is_told(layout: Layout, box: int, line: int) -> bool:
        if box not in told:
            ends = [at for at in layout.lines_in(box, line, MAX_TOLD) if ends_sentence(layout.lines[at].text)]
            sure = [at for at in ends if likely.get(at, 0) >= SURE_TOLD or len(ends) >= MIN_TOLD]
            told[box] = len(sure) > 1 and layout.have_chars(sure, MAX_CAPTION)
        return told[box]

    def is_caption(layout: Layout, line: int) -> bool:
        if not _is_caption(layout, line):
            return False
        path = [*islice(layout.path(layout.lines[line].box), 2)]
        named = [place for place, name in zip(path, _names(layout, line, 2), strict=True) if CAPTIONS.search(name)]
        return not named or not is_told(layout, named[-1], line)

    return is_caption


def _is_caption(layout: Layout, line: int) -> bool:
    one = layout.lines[line]
    if len(one.text) > MAX_CAPTION:
        return False
    box, is_italic = layout.boxes[one.box], one.pictures and one.italic == len(one.text)
    if is_italic and not ends_sentence(one.text) and not one.text.endswith(LEADS_ON):
        return True
    own, *around = _names(layout, line, GALLERY_LEVELS)
    names = " ".join([own, *around[:1]])
    is_in_gallery = any(map(GALLERIES.search, around))
    is_beside = one.pictures > 0 and (PICTURES.search(own) or is_in_gallery)
    is_beside = is_beside or (is_in_gallery and _COUNT.match(one.text) is not None)
    is_named = is_beside or bool(CAPTIONS.search(names) and not INTROS.search(own))
    is_titled = is_named and "slide" in names.lower() and _is_titled(layout, line)
    return bool(box.parts & BIT["figcaption"]) or (is_named and not is_titled)


def _are_told(layout: Layout, captions: Collection[int], others: Collection[int]) -> bool:
    """Return whether captions are the story: sentences, many times as long as the few other lines (a lead)."""
    told, other = (sum(len(layout.lines[line].text) for line in lines) for lines in (captions, others))
    ends = sum(len(layout.lines[line].text) for line in captions if ends_sentence(layout.lines[line].text))
    return other < MAX_LEAD and ends > max(told / 2, MANY_TIMES * other)


def _is_titled(layout: Layout, line: int) -> bool:
    """Return whether the box of a line, or that around it, has a heading of its own and sentences: an item of a list.

    Such a list is told in slides, each with its picture.
    """
    own = layout.lines[line].box
    lines = layout.lines_in(layout.boxes[own].parent, line, MAX_SLIDE)
    headed = any(layout.boxes[layout.lines[at].box].name in HEADINGS and not layout.lines[at].linked for at in lines)
    return headed and len(lines) <= MAX_SLIDE and any(ends_sentence(layout.lines[at].text) for at in lines)


def _appended(likely: Mapping[int, int]) -> Callable[[Layout, int], bool]:
    """Return what tells whether a line stands in a box called an offer, a biography or words for screen readers.

    A lead is none, whatever else its box is called.  Nor is a part of the story in a box called an offer: "newsletter"
    is what a letter to subscribers stands in, and "poll" the numbers of one.
    """
    told: dict[int, bool] = {}

    def is_told(layout: Layout, box: int, line: int) -> bool:
        if box not in told:
            told[box] = _tells_story(layout, box, line, likely)
        return told[box]

    def is_appended(layout: Layout, line: int) -> bool:
        path = [*islice(layout.path(layout.lines[line].box), OFFER_LEVELS)]
        own, *around = _names(layout, line, OFFER_LEVELS)
        if INTROS.search(own):
            return False
        if SPOKEN.search(own) or any(map(BIOGRAPHIES.search, (own, *around))):
            return True
        offers = [place for place, name in zip(path, (own, *around), strict=True) if OFFERS.search(name)]
        return bool(offers) and not is_told(layout, offers[-1], line)

    return is_appended


def _tells_story(layout: Layout, box: int, line: int, likely: Mapping[int, int]) -> bool:
    """Return whether most of a box around a line is sentences of which the model is sure, and none asks for anything.

    An offer has a form, a button or a link that is taken up, or asks to subscribe or to sign in.
    """
    texts = [(place, layout.lines[place]) for place in layout.lines_in(box, line, MAX_TOLD)]
    certain = [place for place, one in texts if likely.get(place, 0) >= CERTAIN and ends_sentence(one.text)]
    if len(certain) >= MIN_TOLD and layout.have_chars(certain, MAX_CAPTION):
        return True
    if any(one.parts & ~layout.boxes[box].parts & CLICKED for one in layout.boxes[box : layout.ends[box]]):
        return False
    if any(one.linked > MOSTLY * len(one.text) or PAY.search(one.text) for _, one in texts):
        return False
    sure = [
        len(one.text)
        for place, one in texts
        if likely.get(place, 0) >= SURE_TOLD and chars_of(one.text) >= MIN_SENTENCE and ends_sentence(one.text)
    ]
    return len(sure) > 1 and 2 * sum(sure) > sum(len(one.text) for _, one in texts)


def _names(layout: Layout, line: int, levels: int) -> list[str]:
    """Return the naming attributes of the boxes close around a line, its own first."""
    path = islice(layout.path(layout.lines[line].box), levels)
    return [layout.keys[layout.boxes[place].key][1] for place in path]
