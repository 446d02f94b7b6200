"""How much furniture goes, and how much of the story with it: copydesk beside others, on labelled dumps.

python benchmarks/furniture.py EVAL_FOLDER           copydesk as it is shipped: its model has seen these pages
python benchmarks/furniture.py EVAL_FOLDER --folds   its model trained without the publisher of each page, in five folds

Needs `pip install jusText lxml_html_clean datatrove`, and with --folds lightgbm and scikit-learn.  The rules were
written by people who had read these pages; `news` are those whose labels were made by hand.  The others see the same
blocks, a paragraph or a line each; jusText has no stop words where a page is not English.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from importlib import import_module
from pathlib import Path
from typing import get_args

from dumps import Dump, dumps, figures, row
from msgspec import structs

from etl.document import Ruleset, parse
from etl.document import judge as judge_batch
from etl.model import Raw
from etl.packs import Profile, Selection, compile_rules
from etl.rules.classifier.model import Classifier

# What takes out of a page the blocks at the places it gives.
Judge = Callable[[Dump], set[int]]
Models = Callable[[Dump], Classifier]


def keep_everything(dump: Dump) -> set[int]:
    return set()


def copydesk(rules: Ruleset, models: Models | None) -> Judge:
    def judge(dump: Dump) -> set[int]:
        own = _with_model(rules, models, dump)
        (judged,) = judge_batch([parse(Raw(dump.domain, dump.text, ""), own)], own)
        return {removal.block for removals in judged.removals for removal in removals if removal.action != "tag"}

    return judge


def _with_model(rules: Ruleset, models: Models | None, dump: Dump) -> Ruleset:
    """The ruleset with the model that has not seen the publisher, where the profile asks for a model at all."""
    if not models or not (shipped := rules.judging.classifier):
        return rules
    model = models(dump)
    least = model.likely if rules.judging.min_probability == shipped.likely else model.guess
    return structs.replace(rules, judging=structs.replace(rules.judging, classifier=model, min_probability=least))


def justext(dump: Dump) -> set[int]:
    peer = import_module("justext")
    page = "".join(f"<p>{escape(block)}</p>" for block in dump.blocks)
    if dump.language == "en":
        paragraphs = peer.justext(page, peer.get_stoplist("English"))
    else:
        paragraphs = peer.justext(page, frozenset(), stopwords_low=0, stopwords_high=0)
    kept = iter([" ".join(one.text.split()) for one in paragraphs if not one.is_boilerplate])
    return _not_kept(dump.blocks, kept)


def c4_lines(dump: Dump) -> set[int]:
    """The line rules of datatrove's C4 filter; those that drop whole documents are off."""
    document = import_module("datatrove.data").Document(text="\n".join(dump.blocks), id="")
    peer = import_module("datatrove.pipeline.filters").C4QualityFilter(
        remove_citations=False, min_num_sentences=-1, filter_lorem_ipsum=False, filter_curly_bracket=False
    )
    peer.filter(document)
    return _not_kept(dump.blocks, iter(document.text.split("\n")))


def c4_lines_curly(dump: Dump) -> set[int]:
    """The same, but a line may end in a curly quote, as those of most news pages do."""
    straight = [block.replace("”", '"').replace("’", "'") for block in dump.blocks]
    return c4_lines(structs.replace(dump, blocks=straight))


def _not_kept(blocks: Sequence[str], kept: Iterator[str]) -> set[int]:
    """The places of the blocks that are not among those kept, which come in the same order."""
    gone, next_kept = set(), next(kept, None)
    for at, block in enumerate(blocks):
        if block == next_kept:
            next_kept = next(kept, None)
        else:
            gone.add(at)
    return gone


def judges(models: Models | None) -> Iterator[tuple[str, Judge]]:
    for profile in get_args(Profile):
        yield f"copydesk {profile}", copydesk(compile_rules(Selection(profile=profile)), models)
    yield "jusText", justext
    yield "C4 lines", c4_lines
    yield "C4 lines, curly", c4_lines_curly
    yield "keep everything", keep_everything


def show(known: Sequence[Dump], named: Iterable[tuple[str, Judge]]) -> None:
    print(row("", "", ["F blocks", "F words", "noise out", "lost"]))
    for name, judge in named:
        for group, found in figures((dump, range(len(dump.blocks)), judge(dump)) for dump in known).items():
            print(row(name, group, [f"{value:.3f}" for value in structs.astuple(found)]))


def main(words: list[str]) -> None:
    folder, models = Path(words[0]), None
    if "--folds" in words:
        sys.path.append(str(Path(__file__).parent / "classifier"))
        from train import unseen_models  # what needs lightgbm and scikit-learn

        models = unseen_models(folder)
    print("copydesk out of fold: its model has not seen the publisher" if models else "copydesk in sample")
    show(list(dumps(folder)), judges(models))


if __name__ == "__main__":
    main(sys.argv[1:])
