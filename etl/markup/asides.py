"""What is not the story's, whatever the model takes it for: what readers say below it, what a dialog asks them.

Both read like a story and may be longer than it.  They are told by where they stand: beside a story, in a box that
calls itself so.  A whole story in such a box stays.  The same holds for lists of other stories, and for biographies.
"""

import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import accumulate, islice, takewhile

from msgspec import structs

from etl.fold import DENSE, ends_sentence
from etl.markup.clues import Said
from etl.markup.elements import BIT, GROUPS
from etl.markup.layout import Box, Layout, Line
from etl.markup.naming import BIOGRAPHIES, CAPTIONS, GALLERIES, OFFERS, PICTURES, RELATED, SPOKEN, names_discussion

# Characters of story that must stand outside, or the box may hold the story of a page that calls it so.
MIN_STORY = 140
# The same for offers, which stand below a teaser of one sentence.
MIN_TEASER = 100
# Characters of the longest caption; boxes around a line in which an offer is looked for, and a gallery.
MAX_CAPTION, OFFER_LEVELS, GALLERY_LEVELS = 300, 3, 3
# The same for lists of other stories; characters of a link to one, and links of a list: a longer one is an index.
LIST_LEVELS, MIN_LINK, MAX_LINKS = 4, 12, 12
# Links of a cell that is a menu.
MIN_COLUMN = 3
# Share of the characters that are linked, in a line that is a link and little else.
MOSTLY = 0.7
# Boxes of the items of lists and tables.
CELLS = frozenset(("li", "td", "th", "dt", "dd"))
_COMMENTS = BIT["comments"]
HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
# Characters below a heading that makes it one of furniture; "[edit]" and "Copy link" stand beside headings of stories.
MIN_BELOW = 40
# Boxes that hold the whole of a page or of its story, and parts below a heading that are not furniture because they go.
WHOLES, NOT_TOLD = frozenset(("html", "body", "main", "article")), BIT["figure"] | BIT["figcaption"] | BIT["table"]
# Characters of the longest line of links below a comment, boxes around it that may be that comment's.
MAX_REPLY, REPLY_LEVELS = 40, 4
_REPLY = re.compile(
    r"(?<!\w)(?:reply|antworten|répondre|responder|rispondi|beantwoorden|reageer|svara|svar|odpowiedz|odpovědět|válasz"
    r"|yanıtla|ответить|відповісти|απάντηση|vastaa)(?!\w)|回复|回覆|返信|답글|رد",
    re.IGNORECASE,
)
HIDDEN = BIT["hidden"]
# What a click on it may unfold what is below it, and how a line ends that leads on to what is folded away.
UNFOLDS = BIT["heading"] | BIT["button"] | BIT["details"] | BIT["dl"]
LEADS_ON = ("?", "？", "؟", ":", "：", "…", "...")
# "3 / 12", "Picture 3 of 12": where one is in a gallery.
_COUNT = re.compile(
    r"\W*(?:[^\W\d]{3,10} )?\d{1,3} ?(?:/|of|von|de|di|sur|van|av|af|z|из) ?\d{1,3}(?!\d)", re.IGNORECASE
)


def asides(layout: Layout, said: Said, story: Collection[int], headlines: Collection[int] = ()) -> frozenset[int]:
    """Return the lines of dialogs, captions, offers, biographies, links and discussions among those taken for story.

    A box with the headline above the story is none, whatever it is called.
    """
    first = min(story, default=0)
    layout = _unnamed(layout, max((line for line in headlines if line <= first), default=-1))
    found: set[int] = set()
    for is_one in (_is_in_dialog, _is_caption, _is_appended, _related(layout), _column(layout), _is_link_alone):
        lines = {line for line in story if line not in found and is_one(layout, line)}
        least = MIN_TEASER if is_one is _is_appended else MIN_STORY
        if lines and _have_story(layout, set(story) - found - lines, least):
            found |= lines
    unseen = _unseen(layout, set(story) - found)
    if unseen and _have_story(layout, set(story) - found - unseen):
        found |= unseen
    found |= _links_at_end(layout, sorted(set(story) - found))
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


def _links_at_end(layout: Layout, story: Sequence[int]) -> set[int]:
    """Return the end of a story that is but a list or table of links, with its heading and days or counts."""
    tail = set(takewhile(lambda place: _may_be_listed(layout, layout.lines[place]), reversed(story)))
    links = sum(layout.lines[place].linked >= MIN_LINK for place in tail)
    return tail if 1 < links <= MAX_LINKS and _have_story(layout, set(story) - tail) else set()


def headings_alone(layout: Layout, story: Collection[int], headings: Collection[int]) -> set[int]:
    """Return those of some headings in whose boxes all else goes: "Have your say" above a poll.

    A sentence is none: it is a lead.  Pictures, tables and controls are no sign of furniture.
    """
    found: set[int] = set()
    for line in headings:
        box = layout.boxes[layout.lines[line].box]
        if box.name not in HEADINGS or not box.parent or layout.boxes[box.parent].name in WHOLES:
            continue
        inside = range(box.parent, layout.ends[box.parent])
        if (line and layout.lines[line - 1].box in inside) or ends_sentence(layout.lines[line].text):
            continue
        below = list(_lines_in(layout, inside, line + 1))
        if _have_story(layout, below, MIN_BELOW) and not any(
            one in story or _is_shown_part(layout, one) for one in below
        ):
            found.add(line)
    return found


def _lines_in(layout: Layout, boxes: range, first: int) -> Iterator[int]:
    """Yield the lines from one on, up to the first that stands in none of some boxes."""
    for line in range(first, len(layout.lines)):
        if layout.lines[line].box not in boxes:
            return
        yield line


def _is_shown_part(layout: Layout, line: int) -> bool:
    """Return whether a line stands at a picture, in a table or a control: parts of a story that are not its text."""
    box = layout.boxes[layout.lines[line].box]
    return bool(layout.lines[line].pictures or box.parts & NOT_TOLD or box.control)


def _unseen(layout: Layout, story: Collection[int]) -> set[int]:
    """Return single lines of boxes that are not shown, below paragraphs that are: tooltips, notes for print.

    What a heading, a question or a button unfolds stays, and so do boxes of which the page has several, and a <p>
    among others: the wall of a page hides it.
    """
    boxes = [layout.boxes[line.box] for line in layout.lines]
    candidates = [
        line for line in sorted(story) if boxes[line].parts & HIDDEN and line and not boxes[line - 1].parts & HIDDEN
    ]
    if not candidates:
        return set()
    shown = {box.key for line, box in enumerate(boxes) if line in story and not box.parts & HIDDEN}
    outermost = layout.outermost(HIDDEN)
    found: dict[int, list[int]] = defaultdict(list)
    for line in candidates:
        place = outermost[layout.lines[line].box]
        above, box = boxes[line - 1], layout.boxes[place]
        is_unfolded = above.parts & UNFOLDS or layout.lines[line - 1].text.endswith(LEADS_ON)
        is_alone = line + 1 == len(boxes) or outermost[layout.lines[line + 1].box] != place
        is_paragraph = box.name == above.name == "p" or box.key in shown
        if line - 1 in story and is_alone and not is_unfolded and not is_paragraph:
            found[box.key].append(line)
    return {lines[0] for lines in found.values() if len(lines) == 1}


def _may_be_listed(layout: Layout, line: Line) -> bool:
    """Return whether a line is a heading, a button, or a cell or item with little but a link."""
    box = layout.boxes[line.box]
    is_little = line.linked >= MOSTLY * len(line.text) or len(line.text) < MIN_LINK
    return bool(box.parts & (BIT["heading"] | BIT["button"])) or (box.name in CELLS and is_little)


def _is_in_dialog(layout: Layout, line: int) -> bool:
    return bool(layout.boxes[layout.lines[line].box].parts & BIT["dialog"])


def _is_caption(layout: Layout, line: int) -> bool:
    """Return whether a short line is a caption by its element, or by the names of the boxes around it."""
    box = layout.boxes[layout.lines[line].box]
    if len(layout.lines[line].text) > MAX_CAPTION:
        return False
    own, *around = _names(layout, line, GALLERY_LEVELS)
    names = " ".join([own, *around[:1]])
    is_in_gallery = any(map(GALLERIES.search, around))
    is_beside = layout.lines[line].pictures > 0 and (PICTURES.search(own) or is_in_gallery)
    is_beside = is_beside or (is_in_gallery and _COUNT.match(layout.lines[line].text) is not None)
    return bool(box.parts & BIT["figcaption"] or CAPTIONS.search(names) or is_beside)


def _is_appended(layout: Layout, line: int) -> bool:
    """Return whether a line stands in a box that is called an offer, a biography or words for screen readers."""
    own, *around = _names(layout, line, OFFER_LEVELS)
    return bool(SPOKEN.search(own)) or any(OFFERS.search(name) or BIOGRAPHIES.search(name) for name in (own, *around))


def _names(layout: Layout, line: int, levels: int) -> list[str]:
    """Return the naming attributes of the boxes close around a line, its own first."""
    path = islice(layout.path(layout.lines[line].box), levels)
    return [layout.keys[layout.boxes[place].key][1] for place in path]


def _related(layout: Layout) -> Callable[[Layout, int], bool]:
    """Return what tells whether a line stands in a box that is called a list of other stories, and has two links."""
    of_box = [0] * (len(layout.boxes) + 1)
    for line in layout.lines:
        of_box[line.box + 1] += line.linked >= MIN_LINK
    until = list(accumulate(of_box))  # the links in all boxes before each

    def is_related(_: Layout, line: int) -> bool:
        around = islice(layout.path(layout.lines[line].box), LIST_LEVELS)
        named = next((place for place in around if RELATED.search(layout.keys[layout.boxes[place].key][1])), -1)
        return named >= 0 and until[layout.ends[named]] - until[named] > 1

    return is_related


def _column(layout: Layout) -> Callable[[Layout, int], bool]:
    """Return what tells whether a line stands in a cell of links alone: a menu beside the story, in pages of tables."""
    cells = [place for place, box in enumerate(layout.boxes) if box.name == "td"]
    if not cells:
        return lambda *_: False
    chars, linked, lines, links = ([0] * (len(layout.boxes) + 1) for _ in range(4))
    for line in layout.lines:
        for sums, value in (
            (chars, len(line.text)),
            (linked, line.linked),
            (lines, 1),
            (links, line.linked > MOSTLY * len(line.text)),
        ):
            sums[line.box + 1] += value
    until = [list(accumulate(sums)) for sums in (chars, linked, lines, links)]

    def is_menu(box: int) -> bool:
        all_chars, in_links, count, of_links = (sums[layout.ends[box]] - sums[box] for sums in until)
        return of_links >= MIN_COLUMN and (in_links >= MOSTLY * all_chars or 2 * of_links > count)

    menus = set(filter(is_menu, cells))
    if not menus:
        return lambda *_: False
    is_inside = [False] * len(layout.boxes)
    for place, box in enumerate(layout.boxes):
        is_inside[place] = is_inside[box.parent] or place in menus
    return lambda _, line: is_inside[layout.lines[line].box]


def _is_link_alone(layout: Layout, line: int) -> bool:
    """Return whether a line is but a link in brackets, "[ How locks work ]", or links of hashtags."""
    text, linked = layout.lines[line].text, layout.lines[line].linked
    return linked > MOSTLY * len(text) and (text[0] + text[-1] == "[]" or all(one[0] == "#" for one in text.split()))


def _have_story(layout: Layout, lines: Iterable[int], least: int = MIN_STORY) -> bool:
    """Return whether lines have so many characters; one of Chinese, Japanese, Korean or Thai counts as three."""
    texts = (layout.lines[line].text for line in lines)
    return any(chars >= least for chars in accumulate(len(text) + 2 * len(DENSE.findall(text)) for text in texts))


def discussions(layout: Layout, said: Said, story: Collection[int]) -> frozenset[int]:
    """Return the lines of readers' comments among those taken for story.

    They stand below all other story: in boxes that repeat, and in each of which one can reply; or in a box that calls
    itself so, with names or times of those who wrote them or in boxes that repeat.
    """
    threads = _threads(layout)
    if threads:
        found = _below_story(layout, sorted(story), threads)
        return found | _named_discussions(layout, said, set(story) - found)
    return _named_discussions(layout, said, story)


def _threads(layout: Layout) -> set[int]:
    """Return the boxes with the same attributes, beside one another, in each of which one can reply."""
    beside: dict[tuple[int, int], set[int]] = defaultdict(set)
    for line in layout.lines:
        is_control = line.linked or layout.boxes[line.box].parts & BIT["button"]
        if is_control and len(line.text) <= MAX_REPLY and _REPLY.search(line.text):
            for place in islice(layout.path(line.box), REPLY_LEVELS):
                box = layout.boxes[place]
                beside[box.parent, box.key].add(place)
    return {place for (_, key), places in beside.items() if len(places) > 1 and layout.keys[key][1] for place in places}


def _below_story(layout: Layout, story: Sequence[int], threads: Collection[int]) -> frozenset[int]:
    """Return the lines of a story that stand in some boxes, if these stand below all of its others."""
    is_inside = [False] * len(layout.boxes)
    for place, box in enumerate(layout.boxes):
        is_inside[place] = place in threads or (place > 0 and is_inside[box.parent])
    inside = [line for line in story if is_inside[layout.lines[line].box]]
    others = [line for line in story if not is_inside[layout.lines[line].box]]
    is_below = bool(inside) and _is_below(layout, others, inside[0])
    return frozenset(inside if is_below else ())


def _named_discussions(layout: Layout, said: Said, story: Collection[int]) -> frozenset[int]:
    """Return the lines of readers' comments that stand in a box that calls itself so."""
    if not any(_is_discussion(layout, layout.boxes[place]) for place in layout.around(story)):
        return frozenset()
    outermost = _outermost(layout)
    inside: dict[int, list[int]] = defaultdict(list)
    others: list[int] = []
    for line in sorted(story):
        top = outermost[layout.lines[line].box]
        (inside[top] if top >= 0 else others).append(line)
    if not _have_story(layout, others):
        return frozenset()
    signed = _signed(layout, said, outermost) | _repeating(layout, outermost)
    found = [lines for top, lines in inside.items() if top in signed and _is_below(layout, others, lines[0])]
    return frozenset(line for lines in found for line in lines)


def _is_below(layout: Layout, others: Sequence[int], first: int) -> bool:
    """Return whether a line stands below a story, but for a word or two at the end of the page."""
    at = bisect(others, first)
    return not _have_story(layout, others[at:]) and _have_story(layout, others[:at])


def credible(layout: Layout, said: Said) -> Layout:
    """Return a layout in which only what has comments in it is marked as such: signed, or in boxes that repeat."""
    if not any(box.parts & _COMMENTS for box in layout.boxes):
        return layout
    outermost = _outermost(layout)
    known = _signed(layout, said, outermost) | _repeating(layout, outermost)
    boxes = [
        structs.replace(box, parts=box.parts & ~_COMMENTS)
        if box.parts & _COMMENTS and outermost[place] not in known
        else box
        for place, box in enumerate(layout.boxes)
    ]
    return structs.replace(layout, boxes=tuple(boxes))


def _outermost(layout: Layout) -> list[int]:
    """Return for each box the outermost discussion around it; -1 if there is none."""
    outermost: list[int] = []
    is_called = [_is_called_discussion(key) for key in layout.keys]
    for place, box in enumerate(layout.boxes):
        above = outermost[box.parent] if place else -1
        outermost.append(place if above < 0 and (box.parts & _COMMENTS or is_called[box.key]) else above)
    return outermost


def _is_discussion(layout: Layout, box: Box) -> bool:
    """Return whether a box is in comments by its marks, or is called a discussion."""
    return bool(box.parts & _COMMENTS) or _is_called_discussion(layout.keys[box.key])


def _is_called_discussion(key: tuple[str, str]) -> bool:
    name, names = key
    return bool(names) and name in GROUPS and names_discussion(names)


def _signed(layout: Layout, said: Said, outermost: Sequence[int]) -> set[int]:
    """Return the discussions with names or times of those who wrote."""
    return {outermost[layout.lines[line].box] for line in said.bylines | said.dates if line < len(layout.lines)}


def _repeating(layout: Layout, outermost: Sequence[int]) -> set[int]:
    """Return the discussions in which boxes with the same attributes stand beside one another, or in rows that do."""
    seen: set[tuple[int, ...]] = set()
    found: set[int] = set()
    for place, box in enumerate(layout.boxes):
        if outermost[place] >= 0 and outermost[place] != place and layout.keys[box.key][1]:
            row = layout.boxes[box.parent]
            beside = {(box.parent, box.key), (row.parent, row.key, box.key)}
            if not seen.isdisjoint(beside):
                found.add(outermost[place])
            seen |= beside
    return found
