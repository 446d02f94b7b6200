"""Links among the lines taken for story: lists of other stories, menus, cards that lead to another page."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import accumulate, chain, islice, takewhile

from etl.fold import count_words, ends_sentence
from etl.lazy_regex import lazy
from etl.markup.elements import BIT
from etl.markup.entries import leads_on
from etl.markup.layout import Layout, Line, chars_of
from etl.markup.naming import RELATED, WALLS

# Boxes around a line that may have the name of a list; characters of a link to a story; links of a list (more are an
# index).
LIST_LEVELS, MIN_LINK, MAX_LINKS = 4, 12, 12
# Lines of a cell that is a menu; characters of a sentence with which it is no menu.
MIN_COLUMN, MIN_SENTENCE = 3, 60
# Share of the characters that are linked, in a line that is a link and little else.
MOSTLY = 0.7
# Characters of a label before a link to another story, and words of its title.
MAX_LABEL, MIN_TITLE = 30, 4
# The most links alone between sentences of a story that may lead to other stories.
MAX_BETWEEN = 2
# Separators of the links of a menu in one line, and the most characters of each link.
BARS, MAX_BUTTON = str.maketrans("·•", "||"), 40
# Boxes of the items of lists and tables.
CELLS, LISTS = frozenset(("li", "td", "th", "dt", "dd")), frozenset(("ul", "ol"))
# Lines and characters of a card, and boxes around a line that may be one; characters of the beginning of a story.
CARD_LINES, CARD_CHARS, CARD_LEVELS, EXCERPT_CHARS = 5, 300, 4, 500
# Lines of an offer that ends in a button.
OFFER_LINES = 3
# The least probability, in thousandths, of a line that is certainly story, and of a line that the model keeps.  Kept
# lines with a smaller one were put back for another reason.
SURE, KEPT = 600, 300
# The same of a link with a title that is surely a part of the story, in a list or behind a label in bold.
SURE_TITLE = 850
# The least probability of a sentence that makes its box a part of the story.  A repeated line with less than the second
# value is furniture if so many lines of the page have its text.
CERTAIN, DOUBTED, MIN_COPIES = 950, 400, 5
# Characters of the text of a paywall, and words of its link or button.
WALL_CHARS = 600
PAY = lazy(
    r"(?<!\w)(?:subscri\w+|sign (?:in|up)|log ?in|register|abonn\w+|anmelden|einloggen|registrieren|connect\w*"
    r"|suscr\w+|inici\w+|accedi|iscriv\w+|assin\w+|entrar|inloggen|logga in|logg inn|log ind|zaloguj|prenumer\w+"
    r"|předplat\w+|přihl\w+|войти|подпи\w+|giriş|abone\w*)(?!\w)|登録|ログイン|登录|订阅|구독|로그인",
    re.IGNORECASE,
)
# "Monday, 7 pm: a hearing on the roof": an item of a programme.
_TIMED = re.compile(r"[^:：]{0,40}\d[^:：]{0,20}[:：]")
# Boxes that contain no link of a paragraph or heading of the story.
PARTS_OF_PAGE = frozenset(("div", "section", "aside", "nav", "center"))


def related(layout: Layout, likely: Mapping[int, int]) -> Callable[[Layout, int], bool]:
    """Return a test whether a line is in a box with the name of a list of other stories.

    Such a box has two links, or one and a label.

    A box with sentences of which the model is sure is no list, because "read-more" may also contain the folded rest of
    a story.
    """
    links, unlinked, told = ([0] * (len(layout.boxes) + 1) for _ in range(3))
    for place, line in enumerate(layout.lines):
        links[line.box + 1] += line.linked >= MIN_LINK
        unlinked[line.box + 1] += len(line.text) - line.linked
        is_sure = likely.get(place, 0) >= CERTAIN
        told[line.box + 1] += is_sure and chars_of(line.text) >= MIN_SENTENCE and ends_sentence(line.text)
    until, until_free, until_told = (list(accumulate(one)) for one in (links, unlinked, told))  # over all boxes before

    def is_list(box: int) -> bool:
        end = layout.ends[box]
        least = 1 if until_free[end] - until_free[box] <= MAX_LABEL else 2
        return until[end] - until[box] >= least and until_told[end] == until_told[box]

    def is_related(_: Layout, line: int) -> bool:
        around = islice(layout.path(layout.lines[line].box), LIST_LEVELS)
        named = (place for place in around if RELATED.search(layout.keys[layout.boxes[place].key][1]))
        return any(map(is_list, named))

    return is_related


def column(layout: Layout, story: Collection[int]) -> Callable[[Layout, int], bool]:
    """Return a test whether a line is in a menu: a cell of links, or a cell without prose beside that of the story."""
    cells = [place for place, box in enumerate(layout.boxes) if box.name == "td"]
    if not cells:
        return lambda *_: False
    chars, linked, lines, links, prose, told = ([0] * (len(layout.boxes) + 1) for _ in range(6))
    for place, line in enumerate(layout.lines):
        is_told = (
            place in story and not line.linked and chars_of(line.text) >= MIN_SENTENCE and ends_sentence(line.text)
        )
        for sums, value in (
            (chars, len(line.text)),
            (linked, line.linked),
            (lines, 1),
            (links, line.linked > MOSTLY * len(line.text)),
            (prose, is_told),
            (told, len(line.text) if is_told else 0),
        ):
            sums[line.box + 1] += value
    until = [list(accumulate(sums)) for sums in (chars, linked, lines, links, prose, told)]
    rows = {
        layout.boxes[cell].parent
        for cell in cells
        if 2 * (until[-1][layout.ends[cell]] - until[-1][cell]) > max(until[-1][-1], 1)
    }

    def is_menu(box: int) -> bool:
        all_chars, in_links, count, of_links, sentences, _ = (sums[layout.ends[box]] - sums[box] for sums in until)
        is_linked = of_links >= MIN_COLUMN and (in_links >= MOSTLY * all_chars or 2 * of_links > count)
        return is_linked or (layout.boxes[box].parent in rows and count >= MIN_COLUMN and not sentences)

    menus = set(filter(is_menu, cells))
    if not menus:
        return lambda *_: False
    is_inside = layout.inside(menus)
    return lambda _, line: is_inside[layout.lines[line].box]


def walls(layout: Layout, story: Sequence[int], likely: Mapping[int, int]) -> set[int]:
    """Return the end of a story in small boxes with the name of a paywall and a link to pay or log in.

    A story may also be in such boxes.  In a paywall, the model is sure only of the lines that ask.
    """
    is_wall = [bool(WALLS.search(names)) for _, names in layout.keys]
    if not any(is_wall):
        return set()
    outermost: list[int] = []
    for place, box in enumerate(layout.boxes):
        outermost.append((outermost[box.parent] if place else 0) or place * is_wall[box.key])
    chars, asks, told = Counter[int](), set[int](), set[int]()
    for line, one in enumerate(layout.lines):
        chars[outermost[one.box]] += len(one.text)
        does_ask = bool(PAY.search(one.text))
        if does_ask and (one.linked or _is_action(layout, one)):
            asks.add(outermost[one.box])
        elif not does_ask and likely.get(line, 0) >= CERTAIN:
            told.add(outermost[one.box])
    found = {place for place in asks - {0} - told if chars[place] <= WALL_CHARS}
    return set(takewhile(lambda line: outermost[layout.lines[line].box] in found, reversed(story)))


def is_link_alone(layout: Layout, line: int) -> bool:
    """Return whether a line is but a link in brackets, "[ How locks work ]", links of hashtags, or a menu in bars."""
    text, linked = layout.lines[line].text, layout.lines[line].linked
    buttons = text.translate(BARS).split("|")
    if linked <= MOSTLY * len("".join("".join(buttons).split())):
        return False
    is_menu = len(buttons) > 1 and all(0 < len(button.strip()) <= MAX_BUTTON for button in buttons)
    return is_menu or text[0] + text[-1] == "[]" or all(one[0] == "#" for one in text.split())


def labelled(layout: Layout, story: Sequence[int], likely: Mapping[int, int]) -> set[int]:
    """Return the links behind a label of which the model is not sure: "Related: How locks work".

    It may be a little surer if the label is in bold and ends in a colon, or is in capitals.
    """
    unsure = (line for line in story if KEPT <= likely.get(line, SURE_TITLE) < SURE_TITLE)
    labels = (line for line in unsure if _is_labelled(layout.lines[line]))
    return {line for line in labels if _is_doubted(likely, line) or _is_set_off(layout.lines[line])}


def _is_set_off(line: Line) -> bool:
    """Return whether the label before a link is in bold, and ends in a colon or is all in capitals."""
    label = line.text[: -line.linked].rstrip()
    is_bold = 0 < line.bold <= MAX_LABEL and abs(line.bold - len(label)) <= 1
    return is_bold and (label.endswith((":", "：")) or label.isupper())


def _is_labelled(line: Line) -> bool:
    """Return whether a line is a label, in bold or with a colon, and a link that is no sentence behind it."""
    if not line.linked:
        return False
    label, title = line.text[: -line.linked].rstrip(), line.text[-line.linked :]
    if not 2 < len(label) <= MAX_LABEL or count_words(title) < MIN_TITLE or ends_sentence(title):
        return False
    is_bold = 0 < line.bold <= MAX_LABEL and abs(line.bold - len(label)) <= 1
    return (is_bold or label.endswith((":", "："))) and not any(map(str.isdigit, label))


def links_at_end(layout: Layout, story: Sequence[int], _: Mapping[int, int]) -> set[int]:
    """Return the end of a story that is only a list or table of links, with its heading and days or counts.

    One such link is enough if another item of its list is removed.
    """
    told, tail = set(story), set(takewhile(lambda place: _may_be_listed(layout, layout.lines[place]), reversed(story)))
    links = [place for place in tail if layout.lines[place].linked >= MIN_LINK]
    if len(links) == 1 and layout.boxes[(own := layout.boxes[layout.lines[links[0]].box]).parent].name in LISTS:
        listed = layout.lines_in(own.parent, links[0], MAX_LINKS)
        links += [place for place in listed if place not in told and layout.lines[place].linked >= MIN_LINK]
    return tail if 1 < len(links) <= MAX_LINKS else set()


def _may_be_listed(layout: Layout, line: Line) -> bool:
    """Return whether a line is a heading, a button, or a cell or item with little but a link."""
    box = layout.boxes[line.box]
    is_little = line.linked >= MOSTLY * len(line.text) or len(line.text) < MIN_LINK
    return bool(box.parts & (BIT["heading"] | BIT["button"])) or (box.name in CELLS and is_little)


def buttons(layout: Layout, story: Sequence[int], likely: Mapping[int, int]) -> set[int]:
    """Return the buttons, of which the model is not sure, that unfold nothing: no line of the story is right below."""
    found: set[int] = set()
    kept = set(story)
    for line in reversed(story):
        is_button = layout.boxes[layout.lines[line].box].parts & BIT["button"]
        if is_button and line + 1 not in kept and _is_doubted(likely, line):
            found.add(line)
            kept.remove(line)
    return found


def repeated(layout: Layout, story: Sequence[int], likely: Mapping[int, int]) -> set[int]:
    """Return the short lines that the page has many times and the model barely keeps: the button of each teaser.

    Labels with a colon name speakers, and cells of a table or lines of a verse are often repeated.  All of these stay.
    """
    copies = Counter(line.text for line in layout.lines)
    in_box = Counter(line.box for line in layout.lines)
    found = set()
    for line in story:
        one = layout.lines[line]
        is_many = copies[one.text] >= MIN_COPIES and len(one.text) <= MAX_BUTTON and likely.get(line, SURE) < DOUBTED
        is_part = one.text.endswith((":", "：")) or layout.boxes[one.box].name in CELLS or in_box[one.box] > 1
        if is_many and not is_part and not ends_sentence(one.text):
            found.add(line)
    return found


def links_between(layout: Layout, story: Sequence[int], _: Mapping[int, int]) -> set[int]:
    """Return the titles of other stories that are a link alone between two sentences of this one.

    A link around a picture and text in a box of its own (a card) counts, too.  More than two such links are names of
    things in the story.
    """
    told = set(story)

    def is_sentence(line: int) -> bool:
        one = layout.lines[line]
        return line in told and not one.linked and chars_of(one.text) >= MIN_SENTENCE and ends_sentence(one.text)

    def is_title(line: int) -> bool:
        one = layout.lines[line]
        name, is_link = layout.boxes[one.box].name, one.linked == len(one.text) and count_words(one.text) > MIN_TITLE
        if one.pictures:
            return is_link and name in PARTS_OF_PAGE
        is_told = one.text.endswith((":", "：")) or ends_sentence(one.text.rstrip("?!"))
        is_box = name == "p" or name in PARTS_OF_PAGE or "-" in name
        return is_link and is_box and not (one.bold or is_told)

    found = {line for line in story[1:-1] if is_title(line) and is_sentence(line - 1) and is_sentence(line + 1)}
    return found if len(found) <= MAX_BETWEEN else set()


def links_apart(layout: Layout, story: Collection[int], likely: Mapping[int, int]) -> set[int]:
    """Return the links in a part of the page without text of the story, if the model is sure of none of them.

    A heading above them, of which it is not sure either, is no such text.
    """
    links = [line for line in story if layout.lines[line].linked > MOSTLY * len(layout.lines[line].text)]
    if not any(_is_doubted(likely, line) for line in links):
        return set()
    doubted = (line for line in story if _is_doubted(likely, line))
    titles = {line for line in doubted if layout.boxes[layout.lines[line].box].parts & BIT["heading"]}
    holding = layout.around(set(story).difference(links, titles))
    apart: list[int] = []  # for each box the outermost box around it without text of the story; -1 if it has such text
    for place, box in enumerate(layout.boxes):
        above = apart[box.parent] if place else -1
        apart.append(-1 if place in holding else place if above < 0 else above)
    inside: dict[int, set[int]] = defaultdict(set)
    for line in links:
        root = apart[layout.lines[line].box]
        if root >= 0 and layout.boxes[root].name in PARTS_OF_PAGE:
            inside[root].add(line)
    unsure = (lines for lines in inside.values() if all(_may_lead_away(layout, line, likely) for line in lines))
    return {line for lines in unsure if len(lines) <= MAX_LINKS for line in lines}


def titles_in_list(layout: Layout, story: Sequence[int], likely: Mapping[int, int]) -> set[int]:
    """Return the items of a list that are all links with titles of other stories, and the heading right above them.

    A label in bold may be the heading.  The model is certain of none, and may keep but some of them.  Most links have
    the words of a title, not of a name.
    """
    told = set(story)
    found = set[int]()
    inside = {layout.boxes[layout.lines[line].box].parent: line for line in story}
    for place, line in inside.items():
        if layout.boxes[place].name not in LISTS:
            continue
        lines = layout.lines_in(place, line, MAX_LINKS)
        above = lines[0] - 1
        links = [layout.lines[line] for line in lines]
        titles = sum(
            count_words(one.text) >= MIN_TITLE and not (ends_sentence(one.text) or _TIMED.match(one.text))
            for one in links
        )
        is_list = 1 < len(links) <= MAX_LINKS and all(one.linked > MOSTLY * len(one.text) for one in links)
        if above < 0 or not is_list or 2 * titles <= len(links) or layout.lines[above].linked:
            continue
        label = layout.lines[above]
        is_headed = layout.boxes[label.box].parts & BIT["heading"] or label.bold == len(label.text) <= MAX_LABEL
        if is_headed and all(likely.get(line, SURE_TITLE) < SURE_TITLE for line in (above, *lines) if line in told):
            found.update((above, *lines))
    return told & found


def _may_lead_away(layout: Layout, line: int, likely: Mapping[int, int]) -> bool:
    """Return whether the model keeps a link but is not sure of it; a sentence is not a link."""
    text = layout.lines[line].text
    return _is_doubted(likely, line) and not (chars_of(text) >= MIN_SENTENCE and ends_sentence(text))


def _is_doubted(likely: Mapping[int, int], line: int) -> bool:
    return KEPT <= likely.get(line, SURE) < SURE


def cards(layout: Layout, story: Sequence[int], likely: Mapping[int, int]) -> set[int]:
    """Return the lines of cards at the end or beginning: small boxes that begin or end in a link, or end in a button.

    The model keeps their lines, but is sure of none of them, and of no line below or above.  A box with a linked
    heading is beside others with the same name.  A box that ends in a button or link is a call to action.
    """
    keys: dict[int, set[int]] = defaultdict(set)  # those of cards, by the box around these
    found: set[int] = set()
    told = set(story)
    unsure = partial(_is_doubted, likely)
    for line in chain(takewhile(unsure, reversed(story)), takewhile(unsure, story)):
        for place in islice(layout.path(layout.lines[line].box), CARD_LEVELS):
            box, lines = layout.boxes[place], layout.lines_in(place, line, CARD_LINES)
            if layout.keys[box.key][1] and _is_small(layout, lines):
                if _calls(layout, lines) and lines[-1] not in told:
                    found.add(place)
                elif _calls(layout, lines) or _is_headed(layout, lines):
                    keys[box.parent].add(box.key)
    if not keys and not found:
        return set()
    sure = layout.counts(line for line in story if not _is_doubted(likely, line))
    for parent, wanted in keys.items():
        beside: dict[int, list[int]] = defaultdict(list)
        for place in layout.children(parent):
            if layout.boxes[place].key in wanted:
                beside[layout.boxes[place].key].append(place)
        for places in beside.values():
            if len(places) > 1 and not any(sure[place] for place in places):
                found.update(places)
    is_inside = layout.inside({place for place in found if not sure[place]})
    return {line for line in story if is_inside[layout.lines[line].box]}


def asking(layout: Layout, story: Sequence[int], likely: Mapping[int, int]) -> set[int]:
    """Return the lines of small boxes that end in a button to subscribe, or have a form: offers within the story.

    The model is certain of no line of such a box.
    """
    form, found = layout.outermost(BIT["form"]), set[int]()
    for line, one in enumerate(layout.lines):
        is_asked = _is_action(layout, one) and len(one.text) <= MAX_BUTTON and PAY.search(one.text)
        own = form[one.box]
        path = islice(layout.path(one.box), CARD_LEVELS) if is_asked else layout.path(own) if own else ()
        ranges = [(place, layout.lines_in(place, line, CARD_LINES)) for place in islice(path, CARD_LEVELS)]
        for place, lines in [one for one in ranges if len(one[1]) > 1][: CARD_LEVELS if own else 1]:
            is_offer = lines[-1:] == range(line, line + 1) and len(lines) <= OFFER_LINES
            is_around = own > 0 and (place == own or layout.boxes[place].name in PARTS_OF_PAGE)
            if _is_small(layout, lines) and (is_offer or is_around):
                found.update([place] if max(likely.get(at, 0) for at in lines) < CERTAIN else ())
    is_inside = layout.inside(found) if found else []
    return {line for line in story if found and is_inside[layout.lines[line].box]}


def teasers(layout: Layout, story: Sequence[int], likely: Mapping[int, int]) -> set[int]:
    """Return the sentences in small boxes below linked headings that are removed: each leads to another story.

    Or below one of which the model is not sure, above "Read more" or in an <article> of its own.  If most boxes beside
    one another are such boxes, all are.
    """
    told, own = set(story), set(layout.path(layout.lines[story[0]].box)) if story else {0}
    # Boxes, and whether each is a teaser by itself.
    beside: dict[tuple[int, int], dict[range, bool]] = defaultdict(dict)
    for line in story:
        title, box = layout.lines[line - 1], layout.boxes[layout.lines[line].box].parent
        if title.linked > MOSTLY * len(title.text) and layout.boxes[title.box].parts & BIT["heading"]:
            around = layout.path(box)
            box = next(place for place in around if not place or place <= title.box < layout.ends[place])
            lines = layout.lines_in(box, line, CARD_LINES)
            if lines[0] == line - 1 and _is_small(layout, lines):
                is_other = _calls(layout, lines) or _article_around(layout, box) not in own
                is_gone = line - 1 not in told or (_is_doubted(likely, line - 1) and is_other)
                is_one = is_gone and likely.get(line, CERTAIN) < CERTAIN
                beside[layout.boxes[box].parent, layout.boxes[box].key][lines] = is_one
    found = set[int]()
    for boxes in beside.values():
        is_most = 2 * sum(boxes.values()) > len(boxes)
        found.update(line for lines, is_one in boxes.items() if is_one or is_most for line in lines)
    return told & found


def _article_around(layout: Layout, box: int) -> int:
    return next((place for place in layout.path(box) if layout.boxes[place].name == "article"), 0)


def excerpts(layout: Layout, story: Sequence[int], _: Mapping[int, int]) -> set[int]:
    """Return the lines of other stories' beginnings below a longer story: boxes beside one another that look the same.

    Each has a linked heading and ends in a link to the whole.
    """
    boxes: dict[tuple[int, int], set[int]] = defaultdict(set)
    for line in (line for line, one in enumerate(layout.lines) if leads_on(one)):
        for place in islice(layout.path(layout.lines[line].box), CARD_LEVELS):
            lines = layout.lines_in(place, line, CARD_LINES)
            if lines[-1] == line and _is_small(layout, lines, EXCERPT_CHARS) and _is_headed(layout, lines):
                boxes[layout.boxes[place].parent, layout.boxes[place].key].add(place)
    is_inside = layout.inside({place for places in boxes.values() if len(places) > 1 for place in places})
    found = {line for line in story if is_inside[layout.lines[line].box]}
    others = [line for line in story if line not in found]
    if not found or not others or others[-1] > min(found):
        return set()
    told, all_told = (sum(len(layout.lines[line].text) for line in lines) for lines in (found, story))
    return found if 2 * told < all_told else set()


def _is_small(layout: Layout, lines: range, most: int = CARD_CHARS) -> bool:
    """Return whether lines are a little text beside links and buttons."""
    texts = [layout.lines[line].text for line in lines if not _is_action(layout, layout.lines[line])]
    return 1 < len(lines) <= CARD_LINES and 0 < sum(map(len, texts)) <= most


def _is_headed(layout: Layout, lines: range) -> bool:
    """Return whether the first or second of some lines is a link as long as a title."""
    return any(_is_action(layout, one) and len(one.text) >= MIN_LINK for one in (layout.lines[at] for at in lines[:2]))


def _calls(layout: Layout, lines: range) -> bool:
    """Return whether the last of some lines is a short link or a button."""
    last = layout.lines[lines[-1]]
    return _is_action(layout, last) and len(last.text) <= MAX_BUTTON


def _is_action(layout: Layout, line: Line) -> bool:
    """Return whether a line is a link or a button."""
    return line.linked > MOSTLY * len(line.text) or bool(layout.boxes[line.box].parts & BIT["button"])
