"""Pages made from pages: stories with other tails, dense or bare of furniture, broken into lines, with lists of facts.

The dumps show what pages of the web look like, but not all that scrapes do to a story.  Each page made here keeps the
fold of the page whose story it tells; furniture and closing sentences come from pages of the same fold.
"""

import random
import textwrap
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

PHRASES = Path(__file__).parent / "phrases.toml"
# Pages made of our own sentences alone, for each language.
OWN_PAGES = 90
# Shares of the blocks of our own pages that get a subhead above, a line without its full stop, a signature below.
SUBHEADS, UNSTOPPED, SIGNED, KEY_POINTS = 0.1, 0.02, 0.03, 0.1
PEOPLE = {
    "zh": "李明 王芳 张伟 陈静".split(), "ja": "田中 佐藤 鈴木 高橋".split(),
    "ko": "김민수 이영희 박지훈 최수진".split(),
    "ru": ["Иван Петров", "Ольга Смирнова", "Сергей Козлов"], "uk": ["Олена Бондар", "Андрій Шевчук", "Іван Мельник"],
    "th": "สมชาย สมหญิง วิชัย".split(), "hi": ["राम शर्मा", "सीता वर्मा", "अनिल गुप्ता"],
}  # fmt: skip
PLACES = {
    "zh": "清河 江北 南山".split(), "ja": "青山 川口 北浜".split(), "ko": "강남 청주 서산".split(),
    "ru": "Речном Заречье Озёрске".split(),
    "uk": "Річкове Заліщики Озерне".split(), "th": "บางนา ท่าเรือ ริมน้ำ".split(), "hi": "रामपुर नदीगाँव शिवपुर".split(),
}  # fmt: skip
LATIN_PEOPLE = ["Ana Novak", "Peter Holm", "Maria Lund", "Jan Kral", "Emre Kaya", "Clara Weber", "Tom Reed"]
LATIN_PLACES = "Ashdale Bergheim Novice Lindau Harwick Valdora Kirova".split()
WORDS = "Harwick Rovers Lund Novak Stage Garden Lake Union City Hall Summit Delta Ferris Arena Valley".split()


class Block(Struct, frozen=True):
    """A block of a page, whether it is content, and the rule that names it."""

    text: str
    keep: bool
    rule: str = ""


Maker = Callable[[list[Block], "Pool", random.Random], list[Block]]


class Pool(Struct):
    """What pages of one fold and language have below their stories, their short sentences, and some of their prose."""

    tails: list[list[Block]]
    closers: list[Block]
    prose: list[Block]


def pool_of(pages: Sequence[Sequence[Block]]) -> Pool:
    """Return the tails of these pages and the short sentences of their stories."""
    pool = Pool([], [], [])
    for page in pages:
        kept = [at for at, block in enumerate(page) if block.keep]
        if kept and (tail := [block for block in page[kept[-1] + 1 :] if not block.keep]):
            pool.tails.append(tail[:80])
        pool.prose += [page[at] for at in kept[1:6] if len(page[at].text) < 400]
        pool.closers += [
            page[at] for at in kept if page[at].text.endswith(".") and 2 <= len(page[at].text.split()) <= 14
        ]
    return pool


def remade(story: list[Block], pool: Pool, rng: random.Random) -> list[Block]:
    """Return the story as another scrape may have it."""
    return rng.choice(MAKERS)(story, pool, rng)


def _tail(pool: Pool, rng: random.Random) -> list[Block]:
    tail = rng.choice(pool.tails)
    start = 0 if rng.random() < 0.5 else rng.randrange(len(tail))
    return tail[start : start + rng.choice([1, 1, 2, 3, 4, 6, 10, 20, 40])]


def _other_tail(story: list[Block], pool: Pool, rng: random.Random) -> list[Block]:
    """Cut the story short, close it with a short sentence, put furniture of another page below."""
    kept = [at for at, block in enumerate(story) if block.keep]
    end = kept[rng.randrange(min(2, len(kept) - 1), len(kept))]
    above = story[kept[0] : end + 1][-rng.choice([4, 6, 10, 20, 40]) :]
    closers = rng.sample(pool.closers, min(len(pool.closers), rng.choice([1, 1, 1, 2])))
    return [*above, *closers, *_tail(pool, rng)]


def _dense(story: list[Block], pool: Pool, rng: random.Random) -> list[Block]:
    """Put furniture between the paragraphs."""
    furniture = [block for tail in rng.sample(pool.tails, min(3, len(pool.tails))) for block in tail]
    most, share = rng.choice([1, 2, 3, 5]), rng.choice([0.3, 0.6, 1.0])
    dense: list[Block] = _tail(pool, rng) if rng.random() < 0.5 else []
    for block in story[:60]:
        dense.append(block)
        if rng.random() < share:
            dense += rng.sample(furniture, min(len(furniture), rng.randint(1, most)))
    return [*dense, *_tail(pool, rng)]


def _bare(story: list[Block], _pool: Pool, rng: random.Random) -> list[Block]:
    """Leave nothing but content, and of that only some."""
    kept = [block for block in story if block.keep]
    start = 0 if rng.random() < 0.6 else rng.randrange(len(kept))
    return kept[start : start + rng.choice([3, 6, 10, 20, 60])]


def _broken(story: list[Block], pool: Pool, rng: random.Random) -> list[Block]:
    """Break the paragraphs into lines, each a block: text that was wrapped and not put together again."""
    width = rng.choice([38, 45, 60, 72, 80])
    lines = [Block(line, block.keep, block.rule) for block in story[:25] for line in textwrap.wrap(block.text, width)]
    return [*lines[:120], *_tail(pool, rng)]


def _with_facts(story: list[Block], pool: Pool, rng: random.Random) -> list[Block]:
    """Put a list of facts into the story: lines of one template with other figures and names."""
    kept = [at for at, block in enumerate(story) if block.keep]
    at = rng.choice(kept[:-1]) + 1
    return [*story[max(0, at - 15) : at], *facts(rng), *story[at : at + 10], *_tail(pool, rng)]


def _with_comments(story: list[Block], pool: Pool, rng: random.Random) -> list[Block]:
    """Let readers speak below the story: sentences of other stories, each under a name or a date."""
    kept = [block for block in story if block.keep][-25:]
    opening = rng.choice(["Comments", "12 responses", "Leave a reply", ""])
    thread = [Block(opening, False)] if opening else []
    templates = rng.choice(_MARKS)
    for _ in range(rng.choice([2, 4, 8, 20])):
        above, below = templates
        thread += [Block(_filled(line, rng), False) for line in above]
        thread += [
            Block(block.text, False) for block in rng.sample(pool.prose, min(len(pool.prose), rng.choice([1, 1, 1, 2])))
        ]
        thread += [Block(_filled(line, rng), False) for line in below]
    return [*kept, *_tail(pool, rng)[:6], *thread]


def _with_signatures(story: list[Block], pool: Pool, rng: random.Random) -> list[Block]:
    """Sign the paragraphs, as letters and opinions of many are."""
    signed: list[Block] = []
    for block in [block for block in story if block.keep][-16:]:
        signed.append(block)
        if rng.random() < 0.5:
            signed.append(
                Block(_filled(rng.choice(["{w} {w}", "{w} {w}, {w}", "— {w} {w}", "Prof {w} {w}"]), rng), True)
            )
    return [*signed, *_tail(pool, rng)]


# What stands over and under what a reader has written.
_MARKS: tuple[tuple[list[str], list[str]], ...] = (
    (["{w} says:", "November {n}, 2019 at {d}:{n} am"], []), (["{w}{n}", "{d} days ago"], ["Reply"]),
    (["{w}"], ["Rating: {n} Votes"]),
    (["{w} {w} wrote:"], ["Reply", "{n} likes"]), (["{w}", "vor {d} Stunden"], ["Antworten"]),
    (["{n} minutes ago"], []),
    (["{w} • {d} hours ago"], ["Like", "Reply"]), (["{w} {w}", "il y a {d} heures"], ["Répondre"]),
)  # fmt: skip
MAKERS: tuple[Maker, ...] = (
    _other_tail, _other_tail, _dense, _dense, _bare, _broken, _with_facts, _with_facts, _with_facts,
    _with_comments, _with_signatures
)  # fmt: skip

_FACTS = (
    "{w} {w} {d}-{d} {w}", "{w} {d}–{d} {w} {w} (aet, {d}-{d} on pens)", "{w} {w}, {n}", "{w} {w} ({w}) {d}:{n}:{n}",
    "Friday {n} May – {w} {w}, {w}", "{n} June: {w} {w}, {w}", "{w}: {n}.{d} mm", "{w} {w}: {n}{n} mAh", "{n} g {v}",
    "{d} {v}, sliced", "{d} tbsp {v}", "{d} cups {v} and {v}", "{d}. {w} {w}", "{w} {w} ({w}): {n} points",
    "{w}\t{n}\t{n}\t{d}",
    "{w} {n}.{n}%", "{w} {w} — {v} {v}", "${n} at {w}", "{w} ({d}-{d}-{d}): {w} {d}; {w} {d}, {w} {d}, {w} {d}",
    "• {w} {w} {v}",
    "{n}{n} – {w} {w} {v}", "{w} {w}, {v} of {v}", "{d}:{n} p.m. {w} at {w}", "– {w} {w}, {w}", "{w} {w} £{n}m",
    "{v} {d}", "{w} ({w} {d}): {v} {v}", "{w} : {n},000", "{d} x {v}", "{w} {d}: {v} and {v}",
)  # fmt: skip
_PLAIN = "leeks butter flour director manager player coach goals river winner captain sugar stock onions editor".split()
_HEADINGS = (
    "",
    "Results",
    "They are:",
    "Ingredients",
    "Tour dates",
    "Scorers",
    "Specifications",
    "The list in full:",
    "Line-ups",
    "Key dates",
)


def facts(rng: random.Random) -> list[Block]:
    """Return a list of facts, all of it content."""
    template, heading = rng.choice(_FACTS), rng.choice(_HEADINGS)
    lines = [_filled(template, rng) for _ in range(rng.choice([2, 3, 4, 6, 8, 12, 20]))]
    return [Block(line, True) for line in ([heading] if heading else []) + lines]


def _filled(template: str, rng: random.Random) -> str:
    for mark, values in (("{w}", WORDS), ("{v}", _PLAIN)):
        while mark in template:
            template = template.replace(mark, rng.choice(values), 1)
    while "{n}" in template:
        template = template.replace("{n}", str(rng.randint(10, 99)), 1)
    while "{d}" in template:
        template = template.replace("{d}", str(rng.randint(0, 9)), 1)
    return template


def own_pages(rng: random.Random) -> Iterator[tuple[str, list[Block]]]:
    """Yield pages of our own sentences, by language: furniture above, between and below, a short sentence last."""
    phrases = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
    for language, said in phrases.items():
        for _ in range(OWN_PAGES):
            yield language, list(_own_page(language, said, rng))


def _own_page(language: str, said: dict[str, list[str]], rng: random.Random) -> Iterator[Block]:
    dense, most = rng.choice([0, 0, 0.3, 0.6, 1.0]), rng.choice([2, 4])
    people, places = (
        rng.sample(PEOPLE.get(language, LATIN_PEOPLE), 2),
        rng.sample(PLACES.get(language, LATIN_PLACES), 2),
    )

    def fill(text: str) -> str:
        text = text.replace("{t}", rng.choice(said["sentences"]).rstrip(_STOPS))
        return (
            text.replace("{p}", rng.choice(people))
            .replace("{c}", rng.choice(places))
            .replace("{n}", str(rng.randint(3, 99)))
        )

    def furniture(count: int) -> list[Block]:
        return [Block(fill(rng.choice(said["furniture"])), False) for _ in range(rng.randint(1, count))]

    if rng.random() < 0.4:
        yield from furniture(8)
    sentences = said["sentences"] * 4
    if rng.random() < KEY_POINTS:
        yield from (Block(fill(text).rstrip(_STOPS), True) for text in rng.sample(sentences, rng.randint(2, 4)))
    for text in rng.sample(sentences, rng.randint(3, min(25, len(sentences)))):
        if rng.random() < SUBHEADS:
            yield Block(_fragment(fill(rng.choice(sentences)), rng), True)
        told = " ".join(map(fill, [text, rng.choice(sentences)] if rng.random() < 0.3 else [text]))
        yield Block(told.rstrip(_STOPS) if rng.random() < UNSTOPPED else told, True)
        if rng.random() < SIGNED:
            yield Block(
                rng.choice(["{p}", "{p}, {c}", "— {p}"]).replace("{p}", people[0]).replace("{c}", places[0]), True
            )
        if rng.random() < 0.15:
            yield Block(fill(rng.choice(said["closers"])), True)
        if rng.random() < dense:
            yield from furniture(most)
    yield Block(fill(rng.choice(said["closers"])), True)
    if rng.random() < 0.9:
        yield from furniture(rng.choice([1, 2, 4, 10, 25]))


_STOPS = ".。।"


def _fragment(text: str, rng: random.Random) -> str:
    """Return how a sentence begins, as a subhead: some words, or some characters of a script without spaces."""
    words = text.rstrip(_STOPS).split()
    return " ".join(words[: rng.randint(2, 6)]) if len(words) > 4 else text[: rng.randint(2, 9)]


def by_fold(items: Sequence[tuple[int, str, list[Block]]]) -> dict[tuple[int, str], Pool]:
    """Return the pools by fold and language; with "" for the language, those of all."""
    grouped: dict[tuple[int, str], list[list[Block]]] = defaultdict(list)
    for fold, language, blocks in items:
        grouped[fold, language].append(blocks)
        grouped[fold, ""].append(blocks)
    return {key: pool_of(pages) for key, pages in grouped.items()}
