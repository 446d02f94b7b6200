"""What a judged sample proves about an audit: exact, and true as often as it says."""

import csv
import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

import click
import pytest
from conftest import Run
from corpus import pages, read_lines, write_lines
from msgspec import structs

from etl.check.sampling import Draw, sample, sizes
from etl.check.verdicts import JudgedDraw, read_verdicts, write_verdicts
from etl.check.warranty import at_most, bound, percent, upper_bound

ENDS = ["Read More", "Reporting by Anna Abara; Editing by Max Brandt"]


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """What `clean` wrote the first time."""
    return {}


@pytest.fixture
def audit(run: Run, tmp_path: Path, made: dict[str, bytes]) -> Path:
    write_lines(tmp_path / "pages.jsonl", [*pages(1, 30, ends=ENDS), *pages(2, 10, ends=["Sign up to our newsletter"])])
    if not made:
        assert run("clean", "-q", "pages.jsonl", "-o", "clean.jsonl").code == 0
        made.update({path.name: path.read_bytes() for path in tmp_path.glob("clean.*")})
    for name, body in made.items():
        (tmp_path / name).write_bytes(body)
    return tmp_path / "clean.audit.jsonl"


# From tables of Clopper-Pearson limits, one-sided, 95 %.
@pytest.mark.parametrize(
    ("wrong", "draws", "bound_"),
    [
        (0, 1, 0.95), (0, 10, 0.258866), (0, 59, 0.049508), (0, 200, 0.014867), (0, 299, 0.009969), (1, 10, 0.394163),
        (3, 10, 0.606624), (9, 10, 0.994884), (10, 10, 1.0), (5, 200, 0.051843), (0, 0, 1.0), (50, 1000, 0.062863),
    ],
)  # fmt: skip
def test_upper_bounds(wrong: int, draws: int, bound_: float) -> None:
    assert upper_bound(wrong, draws) == pytest.approx(bound_, abs=2e-5)


@pytest.mark.parametrize(("wrong", "draws", "share"), [(0, 5, 0.2), (2, 5, 0.5), (5, 5, 0.3), (3, 4000, 0.001)])
def test_probabilities_are_sums_of_binomials(wrong: int, draws: int, share: float) -> None:
    from math import comb

    exact = sum(comb(draws, count) * share**count * (1 - share) ** (draws - count) for count in range(wrong + 1))
    assert at_most(wrong, draws, share) == pytest.approx(exact)


def _simulated(random: Random, strata: dict[str, tuple[int, float]], draws: int) -> float:
    """Return the bound of one sample: each stratum has a size and the share of its characters that is wrong."""
    total, wrong, left = sum(size for size, _ in strata.values()), 0, draws
    lacking: list[tuple[float, float]] = []
    for size, share in strata.values():
        whole = draws * size // total
        wrong += sum(random.random() < share for _ in range(whole))
        left -= whole
        lacking.append((draws * size / total - whole, share))
    for _ in range(left):
        (share,) = random.choices([share for _, share in lacking], [weight for weight, _ in lacking])
        wrong += random.random() < share
    return _upper_bound(wrong, draws)


_upper_bound = cache(upper_bound)


@pytest.mark.parametrize(
    "shares",
    [
        pytest.param((0.02, 0.02, 0.02), id="alike"),
        pytest.param((0.0, 0.01, 0.3), id="one bad rule"),
        pytest.param((0.3, 0.0, 0.0), id="the largest rule is bad"),
        pytest.param((0.001, 0.001, 1.0), id="a small rule is all wrong"),
    ],
)
def test_the_statement_holds_in_94_of_100_draws_at_least(shares: tuple[float, float, float]) -> None:
    sizes_ = (70_000, 25_003, 4_999)
    strata = {str(at): (size, share) for at, (size, share) in enumerate(zip(sizes_, shares, strict=True))}
    truth = sum(size * share for size, share in strata.values()) / sum(sizes_)
    random = Random(20261122)
    bounds = [_simulated(random, strata, 100) for _ in range(2_000)]
    assert sum(one >= truth for one in bounds) >= 0.94 * len(bounds)
    assert sum(bounds) / len(bounds) < truth + 0.12  # and it says something


def test_draws_fall_on_rules_by_their_characters(audit: Path) -> None:
    strata = sizes(audit)
    total = sum(strata.values())
    for seed in range(20):
        drawn: dict[tuple[str, str], int] = {}
        for one in sample(audit, 50, seed):
            drawn[one.rule, one.kind] = drawn.get((one.rule, one.kind), 0) + one.draws
        assert sum(drawn.values()) == 50
        for stratum, size in strata.items():
            assert drawn.get(stratum, 0) >= 50 * size // total


def test_the_draws_of_many_samples_have_the_shares_of_the_characters(audit: Path) -> None:
    """A removal is drawn as often as its characters say, whatever its stratum: so the bound weighs by strata."""
    removed = {(one["row"], one["line"]): len(one["before"]) for one in read_lines(audit) if one["action"] == "drop"}
    total, hits = sum(removed.values()), dict.fromkeys(removed, 0)
    samples, draws = 60, 40
    for seed in range(samples):
        for one in sample(audit, draws, seed):
            hits[one.row, one.line] += one.draws
    for place, size in removed.items():
        expected = samples * draws * size / total
        assert abs(hits[place] - expected) < 6 * expected**0.5


def test_a_judge_sees_what_stands_around_a_removal(audit: Path) -> None:
    texts = [one["text"] for one in read_lines(audit.with_name("pages.jsonl"))]
    for one in sample(audit, 20, 1):
        page = texts[one.row - 1]
        at = page.index(one.text)
        assert " ".join(page[:at].split()).endswith(one.above) and one.above
        assert " ".join(page[at + len(one.text) :].split()).startswith(one.below)


def test_an_audit_is_known_by_its_content_and_by_its_articles(run: Run, audit: Path, tmp_path: Path) -> None:
    (tmp_path / "booked.jsonl").write_bytes(audit.read_bytes())
    outputs = [run("audit", "sample", name, "--n", 5) for name in (audit, "clean.jsonl", "booked.jsonl")]
    assert [one.code for one in outputs] == [0, 0, 0]
    assert outputs[0].out == outputs[1].out


def test_without_the_articles_a_sample_is_the_same(audit: Path) -> None:
    with_them = sample(audit, 20, 1)
    audit.with_name("clean.jsonl").unlink()
    without = sample(audit, 20, 1)
    assert [(one.id, one.text) for one in without] == [(one.id, one.text) for one in with_them]
    assert {one.above for one in without} == {""}


def test_the_same_seed_is_the_same_sample(audit: Path) -> None:
    assert sample(audit, 30, 1) == sample(audit, 30, 1)
    assert sample(audit, 30, 1) != sample(audit, 30, 2)


@pytest.mark.parametrize(("draws", "says_why"), [(1, False), (400, True)])
def test_a_sample_of_fewer_removals_than_draws_says_why(run: Run, audit: Path, draws: int, says_why: bool) -> None:
    said = run("audit", "sample", audit, "--n", draws, "--no-judge", "-o", "v.csv").err
    listed = len(read_verdicts(audit.with_name("v.csv")))
    assert said.startswith(f"{listed} removal")
    assert (f"(from {draws} draws; some were drawn more than once)" in said) == says_why == (listed < draws)


def test_a_sample_is_gone_on_with_only_for_its_own_audit(run: Run, audit: Path) -> None:
    command = ("audit", "sample", audit, "--n", 5, "--no-judge", "-o", "v.csv")
    codes = [run(*command, *more).code for more in ((), (), ("--seed", 2), ("--seed", 2, "-f"), ("--seed", 2))]
    assert codes == [0, 0, 2, 0, 0]
    audit.unlink()
    assert run(*command).code == 2


def test_a_sample_as_csv_comes_back_from_a_spreadsheet(run: Run, audit: Path, tmp_path: Path) -> None:
    result = run("audit", "sample", audit, "--n", 40, "--no-judge")
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert sum(int(row["draws"]) for row in rows) == 40
    back = io.StringIO()
    writer = csv.DictWriter(back, fieldnames=list(reversed(rows[0])), delimiter=";")
    writer.writeheader()
    writer.writerows({**row, "verdict": "K"} for row in reversed(rows))
    (tmp_path / "back.csv").write_text("\ufeff" + back.getvalue(), encoding="utf-8")
    assert run("audit", "bound", "back.csv").out.startswith("wrongly removed ≤ 7.22 % of ")


def test_wrong_verdicts_print_the_exception_and_the_example(run: Run, audit: Path, tmp_path: Path) -> None:
    run("audit", "sample", audit, "--n", 40, "--no-judge", "-o", "v.csv")
    judged = read_verdicts(tmp_path / "v.csv")
    first = judged[0]
    write_verdicts(
        tmp_path / "v.csv", [JudgedDraw(one.draw, "wrong" if one is first else "right", one.packs) for one in judged]
    )
    out = run("audit", "bound", "v.csv").out
    assert f"{first.draw.draws} of them wrong" in out
    assert f'[[exception]]\nrule = "*"  # "{first.draw.rule}" removed it, ' in out
    assert f'\nline = "{first.draw.line_sha256[:12]}"\n' in out
    assert "keeps = [" in out
    exception = out[out.index("[[exception]]") : out.index("# or, in the rule")]
    (tmp_path / "copydesk.toml").write_text(exception)
    row, line = first.draw.row, first.draw.line
    assert "blocked by an exception" in run("explain", f"pages.jsonl:{row}:{line}").out
    said = json.loads(run("audit", "bound", "v.csv", "--json").out)
    assert said["whole"]["wrong"] == first.draw.draws


def test_no_exception_is_printed_for_what_no_rule_removed(run: Run, audit: Path, tmp_path: Path) -> None:
    run("audit", "sample", audit, "--n", 40, "--no-judge", "-o", "v.csv")
    first, *others = read_verdicts(tmp_path / "v.csv")
    wrong = JudgedDraw(structs.replace(first.draw, rule="page/outside"), "wrong", first.packs)
    write_verdicts(tmp_path / "v.csv", [wrong, *(JudgedDraw(one.draw, "right", one.packs) for one in others)])
    out = run("audit", "bound", "v.csv").out
    assert "# page/outside is not a rule: it has no exceptions" in out
    assert "[[exception]]" not in out


def test_rules_with_draws_enough_have_bounds_of_their_own(run: Run, audit: Path, tmp_path: Path) -> None:
    run("audit", "sample", audit, "--n", 60, "--no-judge", "-o", "v.csv")
    judged = [JudgedDraw(one.draw, "right", one.packs) for one in read_verdicts(tmp_path / "v.csv")]
    write_verdicts(tmp_path / "v.csv", judged)
    of_rule = [one for one in judged if one.draw.rule == "core/reporting-by"]
    most = percent(bound("", of_rule).most)
    assert f"≤ {most}" in run("audit", "bound", "v.csv").out
    assert "core/reporting-by" in run("audit", "bound", "v.csv").out


def test_an_unsure_verdict_counts_as_wrong() -> None:
    draw = Draw(1, 1, 10, "r", "1", "link", 100, 100, "p", 1, 1, "", "", "", "x", "")
    assert bound("", [JudgedDraw(draw, "unsure")]).most == bound("", [JudgedDraw(draw, "wrong")]).most == 1.0


def _without_a_row(lines: list[str]) -> list[str]:
    return [lines[0], *lines[2:]]


def _without_the_last(lines: list[str]) -> list[str]:
    return lines[:-1]


def _odd_verdict(lines: list[str]) -> list[str]:
    return [lines[0], "maybe" + lines[1], *lines[2:]]


def _with(**values: int) -> Callable[[list[str]], list[str]]:
    def changed(lines: list[str]) -> list[str]:
        rows = list(csv.DictReader(lines))
        out = io.StringIO()
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows([{**rows[0], "verdict": "right", **values}, *rows[1:]])
        return out.getvalue().splitlines()

    return changed


def _without_a_column(lines: list[str]) -> list[str]:
    return [lines[0].replace("packs", "pack"), *lines[1:]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_without_a_row, "lacks rows"), (_without_the_last, "lacks rows"), (_odd_verdict, "is not a verdict"),
        (_without_a_column, "other columns"), (lambda lines: lines, "are not judged"),
        (_with(draws=-5), "v.csv:2: is not a row of a sample"), (_with(rows=2**60), "lacks rows"),
    ],
)  # fmt: skip
def test_verdicts_that_prove_nothing(
    run: Run, audit: Path, tmp_path: Path, change: Callable[[list[str]], list[str]], said: str
) -> None:
    run("audit", "sample", audit, "--n", 20, "--no-judge", "-o", "v.csv")
    lines = (tmp_path / "v.csv").read_text().splitlines()
    (tmp_path / "v.csv").write_text("\n".join(change(lines)) + "\n")
    result = run("audit", "bound", "v.csv")
    assert (result.code, said in result.err) == (2, True)


def test_check_requires_the_warranty(run: Run, audit: Path, tmp_path: Path) -> None:
    run("audit", "sample", audit, "--n", 300, "--no-judge", "-o", "v.csv")
    judged = read_verdicts(tmp_path / "v.csv")
    write_verdicts(tmp_path / "v.csv", [JudgedDraw(one.draw, "right", one.packs) for one in judged])
    assert run("check", "clean.jsonl", "--require", "warranty=v.csv:1%").code == 0
    assert run("check", "clean.jsonl", "--require", "warranty=v.csv:0.9%").code == 1
    changed = run("check", "clean.jsonl", "--ignore", "core/read-more", "--require", "warranty=v.csv:1%")
    assert changed.code == 1
    assert "v.csv: error: audit.warranty [v.csv]: the rules have changed since the sample was judged" in changed.out
    words = ("check", "clean.jsonl", "--checks", "art.ids", "--require", "warranty=v.csv:0.9%", "--format", "junit")
    assert 'failures="1"' in run(*words).out
    assert run("check", "clean.jsonl", "--require", "warranty=none.csv:1%").code == 2
    assert run("check", "clean.jsonl", "--require", "warranty=v.csv:1").code == 2


def test_judging_in_the_terminal_can_be_undone_and_resumed(
    run: Run, audit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = iter("xukkq")
    monkeypatch.setattr(click, "getchar", lambda: next(keys))
    assert run("audit", "sample", audit, "--n", 5, "--judge", "-o", "v.csv").code == 0
    first = [one.verdict for one in read_verdicts(tmp_path / "v.csv")]
    assert first[:3] == ["right", "right", ""]
    keys = iter("?xkkkk")
    run("audit", "sample", audit, "--n", 5, "--judge", "-o", "v.csv")
    second = [one.verdict for one in read_verdicts(tmp_path / "v.csv")]
    assert second[:4] == ["right", "right", "unsure", "wrong"]
    assert "" not in second


def test_cells_are_no_formulas(run: Run, tmp_path: Path) -> None:
    draw = Draw(1, 1, 1, "r", "1", "link", 9, 9, "=p", 1, 1, "", "", "", "=HYPERLINK(1)", "")
    write_verdicts(tmp_path / "v.csv", [JudgedDraw(draw)])
    (row,) = csv.DictReader(io.StringIO((tmp_path / "v.csv").read_text()))
    assert row["text"].startswith("'=")
    assert read_verdicts(tmp_path / "v.csv")[0].draw == draw


def test_an_audit_without_removals_has_nothing_to_judge(run: Run, tmp_path: Path) -> None:
    write_lines(tmp_path / "pages.jsonl", pages(1, 2))
    run("clean", "-q", "pages.jsonl", "-o", "clean.jsonl")
    result = run("audit", "sample", "clean.jsonl")
    assert (result.code, "nothing to judge" in result.err) == (2, True)
