"""Train the page model on labelled pages, and measure it on publishers that it has not seen.

python benchmarks/page_model.py EVAL_FOLDER           what it reaches on unseen publishers, by five folds
python benchmarks/page_model.py EVAL_FOLDER --write   the same, then train on all of it and write rules/page.json

EVAL_FOLDER holds truth.jsonl.gz, html/ID.html.gz and score.py.  Needs lightgbm and scikit-learn, which the project
itself does not.  Deterministic: one thread, fixed seeds, pages in the order of their ids.

Weights of words are learnt first, by a logistic regression beside plain features, so that they say what is beyond them;
those of a fold come from the other folds.  Both passes are trained on predictions for publishers that are in another
fold.  Some pages are seen a second time in disguise (`page_disguises`): their story in an <aside>, hidden, ...
"""

import gzip
import importlib.util
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import md5
from pathlib import Path
from typing import Any

import lightgbm
import msgspec
import numpy as np
from forests import forest_of
from msgspec import Struct
from page_disguises import disguises
from page_labels import Labels, align, of_segments
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from etl.decode import decode
from etl.markup.clues import Said, said_of
from etl.markup.discussions import credible
from etl.markup.elements import BIT, PARTS
from etl.markup.features.catalogue import CONTEXT_FEATURES, LINE_FEATURES
from etl.markup.features.context import context, log_odds, probabilities
from etl.markup.features.page import Page, page_of
from etl.markup.features.texts import LEXICON_CHARS, LEXICON_WORDS, endings, words_of
from etl.markup.layout import Layout
from etl.markup.naming import key_words
from etl.markup.page_model import PageModel, Weights
from etl.markup.prediction import OPEN, Prediction
from etl.markup.story import judged
from etl.markup.walk import lay_out
from etl.model import Raw
from etl.trees import THOUSANDTHS, Forest

TARGET = Path(__file__).parent.parent / "rules" / "page.json"
FOLDS = 5
# Weight of a page by its set: hand-made truth counts more than the output of another extractor.
SETS = {"aeb": 1.0, "fundus": 1.0, "readability": 0.5, "n4k": 0.6, "trafeval": 1.0}
DISGUISE_WEIGHT = 0.12
# Weight of a line within the story that its truth lacks, though it reads like one: a list, a quotation.
DOUBT = 0.15
PROMOTION = re.compile(
    r"newsletter|subscri|sign up|inbox|click here|follow (us|him|her|@)|commission|affiliate|©|copyright|getty|AP Photo"
    r"|read more|sign in|stay informed|abonn|mehr zum thema|lire aussi|leia|lea tamb|leggi",
    re.IGNORECASE,
)
# Words of attributes and of text are learnt when so many publishers have them.
KEY_PUBLISHERS, TEXT_PUBLISHERS = 3, 5
REGULARIZATION = 0.15
# Parts that never speak for a text.
CONDEMNING = (
    "aside",
    "header",
    "footer",
    "nav",
    "figcaption",
    "form",
    "button",
    "label",
    "dialog",
    "hidden",
    "comments",
)
# Weights of words below this are left out.
MIN_WEIGHT = 20
BOOSTING: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 60,
    "min_sum_hessian_in_leaf": 2.0,
    "lambda_l2": 5.0,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "max_bin": 63,
    "verbose": -1,
    "num_threads": 1,
    "seed": 7,
    "deterministic": True,
}
FIRST = {**BOOSTING, "num_leaves": 8, "max_depth": 3, "learning_rate": 0.12}
FIRST_TREES, SECOND_TREES = 100, 240
# Features that may speak only for story (1) or only against it (-1), whatever the sample says.
DIRECTIONS = {
    **dict.fromkeys(("lexicon", "heading-lexicon", "heading-key", "article-body"), 1),
    **dict.fromkeys(("key-box", "key-parent", "key-near", "key-far", "key-far-least", "key-far-most"), 1),
    **dict.fromkeys([f"in-{part}" for part in CONDEMNING], -1),
    **dict.fromkeys(("linked", "linked-chars", "copies", "copies-before", "copies-near"), -1),
    **dict.fromkeys(("byline", "date", "dates-before", "bylines-before", "dates-near", "address", "bars"), -1),
    **dict.fromkeys([name for name in CONTEXT_FEATURES if name.startswith(("first-pass", "story-"))], 1),
    **dict.fromkeys(("since-story", "until-story"), -1),
}
MODEL = PageModel("2", 300, 40, Weights({}, {}, {}), Forest((), 0, ()), Forest((), 0, ()))


class Sample(Struct):
    """A page with its labels, line by line; the lines of controls are left out.  Filled in as training goes on."""

    truth: dict[str, Any]
    layout: Layout
    said: Said
    labels: Labels
    weight: float
    fold: int
    is_disguised: bool = False
    lines: list[Any] = []
    page: Page | None = None
    likely: Any = None


def fold_of(truth: dict[str, Any]) -> int:
    return int(md5(("f" + (truth["publisher"] or truth["domain"])).encode()).hexdigest(), 16) % FOLDS


def load(folder: Path) -> list[Sample]:
    """Return the samples of a folder, in the order of their ids."""
    with gzip.open(folder / "truth.jsonl.gz", "rt", encoding="utf-8") as file:
        truths = sorted(map(json.loads, file), key=lambda truth: truth["id"])
    donors = [
        (truth["domain"], line)
        for truth in truths
        if truth["set"] == "fundus"
        for line in truth["truth"].split("\n")[1:4]
        if 50 < len(line) < 250
    ]
    samples = []
    for truth in truths:
        body = gzip.decompress((folder / "html" / f"{truth['id']}.html.gz").read_bytes())
        html = decode(Raw(truth["id"], body, "", "html")).text
        sample = _sample(truth, html, is_disguised=False)
        samples.append(sample)
        if truth["set"] != "trafeval":
            sentences = [text for domain, text in donors if domain != truth["domain"]]
            others = disguises(html, truth["id"], _story(sample), sentences)
            samples += [_sample(truth, other, is_disguised=True) for other in others]
    return samples


def _sample(truth: dict[str, Any], html: str, is_disguised: bool) -> Sample:
    layout = lay_out(html)
    said = said_of(layout.clues)
    layout = credible(layout, said)
    lines = [line for line in layout.lines if not layout.boxes[line.box].control]
    texts = [line.text for line in lines]
    weight = SETS[truth["set"]] * (DISGUISE_WEIGHT if is_disguised else 1)
    if truth["set"] == "trafeval":
        labels = of_segments(texts, truth["with"], truth["without"])
    else:
        labels = align(texts, truth["truth"])
        if (labels.found < 0.6 and not is_disguised) or len(truth["truth"].split()) < 30:
            weight = 0
    return Sample(truth, layout, said, labels, weight, fold_of(truth), is_disguised, lines)


def _story(sample: Sample) -> list[str]:
    return [line.text for line, is_story in zip(sample.lines, sample.labels.story, strict=True) if is_story]


def line_weights(sample: Sample) -> "np.typing.NDArray[np.float64]":
    """Return the weight of each line: its share of the story, with a floor, so that pages count alike."""
    known = np.array(sample.labels.known, dtype=np.float64) * sample.weight * _doubts(sample)
    if sample.truth["set"] == "trafeval":
        return known * 3
    chars = np.array([len(line.text) for line in sample.lines], dtype=np.float64)
    total = max(300.0, float((chars * np.array(sample.labels.story)).sum()))
    return np.asarray(known * (np.minimum(chars, 600) + 12) / total * 60)


def _doubts(sample: Sample) -> "np.typing.NDArray[np.float64]":
    """Return 1 for each line, less for what some makers of truth leave out: lists and quotations within the story."""
    doubts = np.ones(len(sample.lines))
    story = [place for place, is_story in enumerate(sample.labels.story) if is_story]
    if sample.truth["set"] not in ("fundus", "readability", "n4k") or not story:
        return doubts
    ends = endings([line.text for line in sample.lines])
    furniture = sum(BIT[part] for part in ("figure", "figcaption", "form", "aside", "footer", "nav", "comments"))
    for place in range(story[0], story[-1]):
        line = sample.lines[place]
        box = sample.layout.boxes[line.box]
        if not sample.labels.story[place] and not box.parts & furniture and not PROMOTION.search(line.text):
            is_sentence = len(line.text.split()) >= 15 and ends[place] > 0
            if box.name in ("p", "li", "blockquote", "td", "h2", "h3") and (is_sentence or box.name in ("li", "td")):
                doubts[place] = DOUBT if is_sentence else 2 * DOUBT
    return doubts


# Weights of words


def word_rows(sample: Sample) -> list[dict[str, float]]:
    """Return for each line its words, marked n: (near), a: (far), w: (text), and plain features, with their values."""
    layout = sample.layout
    words = [key_words(key) for key in layout.keys]
    far: list[frozenset[str]] = []
    for place, box in enumerate(layout.boxes):
        far.append((far[box.parent] if place else frozenset()) | words[box.key])
    rows = []
    of_text = [line.text for line in sample.lines]
    for line, end, text in zip(sample.lines, endings(of_text), words_of(of_text), strict=True):
        box = layout.boxes[line.box]
        parent = layout.boxes[box.parent]
        row = {f"n:{word}": 1.0 for word in words[box.key] | words[parent.key]}
        row |= {f"a:{word}": 1.0 for word in far[parent.parent]}
        said = text.split()[:LEXICON_WORDS] if len(line.text) < LEXICON_CHARS else []
        row |= {f"w:{word}": len(said) ** -0.5 * said.count(word) for word in sorted(set(said))}
        linked = line.linked / len(line.text)
        row[f"c:{min(8, len(line.text).bit_length())}:{(linked >= 0.2) + (linked >= 0.7)}"] = 1.0
        row[f"e:{end}:{len(line.text) > 60}"] = 1.0
        row[f"t:{box.name}"] = 1.0
        row |= {f"f:{part}": 1.0 for place, part in enumerate(PARTS) if box.parts >> place & 1}
        rows.append(row)
    return rows


def learn_words(samples: Sequence[Sample], rows: Sequence[list[dict[str, float]]]) -> Weights:
    """Learn the weights of words from samples and their rows."""
    publishers: dict[str, set[str]] = defaultdict(set)
    for sample, of_sample in zip(samples, rows, strict=True):
        for word in {word for row in of_sample for word in row}:
            publishers[word].add(sample.truth["publisher"] or sample.truth["domain"])
    needed = {"w:": TEXT_PUBLISHERS}
    known = sorted(word for word, of in publishers.items() if len(of) >= needed.get(word[:2], KEY_PUBLISHERS))
    places = {word: place for place, word in enumerate(known)}
    data, columns, ends, story, weights = [], [], [0], [], []
    for sample, of_sample in zip(samples, rows, strict=True):
        for row, is_story, weight in zip(of_sample, sample.labels.story, line_weights(sample), strict=True):
            if weight > 0:
                found = [(places[word], value) for word, value in row.items() if word in places]
                columns += [place for place, _ in found]
                data += [value for _, value in found]
                ends.append(len(data))
                story.append(is_story)
                weights.append(weight)
    table = csr_matrix((np.array(data), np.array(columns), np.array(ends)), shape=(len(story), len(known)))
    model = LogisticRegression(C=REGULARIZATION, max_iter=80, tol=1e-3).fit(table, story, sample_weight=weights)
    learnt = {word: round(THOUSANDTHS * float(model.coef_[0][place])) for word, place in places.items()}
    near, far, words = (
        {word[2:]: value for word, value in learnt.items() if word.startswith(mark) and abs(value) >= MIN_WEIGHT}
        for mark in ("n:", "a:", "w:")
    )
    return Weights(near, far, words)


# Passes


def boost(samples: Iterable[Sample], names: Sequence[str], settings: dict[str, Any], trees: int) -> Any:
    """Train a pass on samples with their columns; the second, if they have probabilities of the first."""
    tables, story, weights = [], [], []
    for sample in samples:
        assert sample.page
        weight = line_weights(sample) * (np.array(sample.page.columns["is-headline"]) == 0)
        if sample.likely is not None:
            weight = weight * (sample.likely >= OPEN)
        rows = np.flatnonzero(weight > 0)
        tables.append(sample.page.matrix(names)[rows])
        story.append(np.array(sample.labels.story)[rows])
        weights.append(weight[rows])
    settings = {**settings, "monotone_constraints": [DIRECTIONS.get(name, 0) for name in names]}
    data = lightgbm.Dataset(np.vstack(tables), np.concatenate(story), weight=np.concatenate(weights))
    return lightgbm.train(settings, data, num_boost_round=trees)


def odds_of(booster: Any, sample: Sample, names: Sequence[str]) -> Any:
    assert sample.page
    raw = booster.predict(sample.page.matrix(names), raw_score=True)
    return np.round(raw * THOUSANDTHS).astype(np.int64)


FIRST_NAMES = tuple(LINE_FEATURES)
SECOND_NAMES = (*LINE_FEATURES, *CONTEXT_FEATURES)


def cross_validate(measure: Any, samples: list[Sample], rows: Sequence[list[dict[str, float]]]) -> None:
    """Fill in columns and probabilities of every sample, predicted by what has not seen its publisher."""
    for fold in range(FOLDS):
        others = [(sample, of) for sample, of in zip(samples, rows, strict=True) if sample.fold != fold]
        weights = learn_words([sample for sample, _ in others], [of for _, of in others])
        for sample in samples:
            if sample.fold == fold and sample.lines:
                sample.page = page_of(sample.layout, sample.said, weights)
    usable = [sample for sample in samples if sample.page]
    first: dict[int, Any] = {}
    for fold in range(FOLDS):
        booster = boost([s for s in usable if s.fold != fold], FIRST_NAMES, FIRST, FIRST_TREES)
        first |= {id(s): odds_of(booster, s, FIRST_NAMES) for s in usable if s.fold == fold}
    for sample in usable:
        assert sample.page
        sample.page.columns.update(context(sample.page, first[id(sample)]))
        sample.likely = probabilities(first[id(sample)])
    report(measure, usable, "first pass")
    second: dict[int, Any] = {}
    for fold in range(FOLDS):
        booster = boost([s for s in usable if s.fold != fold], SECOND_NAMES, BOOSTING, SECOND_TREES)
        second |= {
            id(s): np.where(s.likely >= OPEN, probabilities(odds_of(booster, s, SECOND_NAMES)), s.likely)
            for s in usable
            if s.fold == fold
        }
    for sample in usable:
        sample.likely = second[id(sample)]
    report(measure, usable, "both passes")


def texts(samples: Iterable[Sample]) -> dict[str, str]:
    """Return the story of each sample as a run would keep it, by the probabilities of its lines."""
    found = {}
    for sample in samples:
        assert sample.page
        prediction = Prediction(sample.page, log_odds(sample.likely), np.zeros(0, dtype=np.int64))
        kept = judged(sample.layout, sample.said, MODEL, prediction).kept
        pairs = zip(sample.layout.lines, kept, strict=True)
        found[sample.truth["id"]] = "\n".join(line.text for line, is_kept in pairs if is_kept)
    return found


def report(measure: Any, samples: Sequence[Sample], title: str) -> None:
    """Print the scores of the samples' texts, by set and language."""
    plain = [sample for sample in samples if not sample.is_disguised]
    print(title, scores(measure, [sample.truth for sample in plain], texts(plain)), flush=True)


def scores(measure: Any, truths: Sequence[dict[str, Any]], found: dict[str, str]) -> str:
    """Return F1 by set, English and other."""
    parts = []
    for name in ("aeb", "fundus", "trafeval", "readability", "n4k"):
        for is_english in (True, False):
            pages = [truth for truth in truths if truth["set"] == name and (truth["lang"] == "en") is is_english]
            if pages:
                parts.append(f"{name}{'' if is_english else '-other'} {f1(measure, name, pages, found):.3f}")
    return " ".join(parts)


def f1(measure: Any, name: str, pages: Sequence[dict[str, Any]], found: dict[str, str]) -> float:
    """Return the F1 of a set, by its own measure."""
    if name == "trafeval":
        counts = [measure.seg(page["with"], page["without"], found.get(page["id"], "")) for page in pages]
        return float(measure.prf(*(sum(count[at] for count in counts) for at in range(4)))["f1"])
    return float(measure.aeb([measure.tff(page["truth"], found.get(page["id"], "")) for page in pages])["f1"])


def train(samples: list[Sample], rows: Sequence[list[dict[str, float]]]) -> PageModel:
    """Train on all samples: columns and first-pass odds are those of cross-validation, so that nothing is overrated."""
    usable = [sample for sample in samples if sample.page]
    for sample in usable:
        assert sample.page
        sample.likely = None
    first = boost(usable, FIRST_NAMES, FIRST, FIRST_TREES)
    for sample in usable:
        assert sample.page
        sample.likely = probabilities(sample.page.columns["first-pass"].astype(np.int64))
    second = boost(usable, SECOND_NAMES, BOOSTING, SECOND_TREES)
    return msgspec.structs.replace(
        MODEL,
        weights=learn_words(samples, rows),
        first=forest_of(first.dump_model(), FIRST_NAMES),
        second=forest_of(second.dump_model(), SECOND_NAMES),
    )


def scorer(folder: Path) -> Any:
    spec = importlib.util.spec_from_file_location("score", folder / "score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    folder = Path(sys.argv[1])
    samples = load(folder)
    rows = [word_rows(sample) for sample in samples]
    cross_validate(scorer(folder), samples, rows)
    if "--write" in sys.argv:
        TARGET.write_bytes(msgspec.json.encode(train(samples, rows)))


if __name__ == "__main__":
    main()
