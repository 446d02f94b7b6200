"""`copydesk audit`: draw removals for a person to judge, and state what the verdicts prove."""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import structs

from etl.audit import place_of
from etl.cli import options, settings
from etl.cli.command import GroupedCommand, option
from etl.cli.terminal import say, table, to_json, visible
from etl.cli.types import Count, Number, Target
from etl.errors import UsageError, counted

if TYPE_CHECKING:
    from etl.check.verdicts import JudgedDraw, Verdict

# The keys that a judge presses.
KEYS: "dict[str, Verdict]" = {"k": "right", "x": "wrong", "?": "unsure"}
UNDO, QUIT = "u", "q"
# The most draws.  A person usually judges some hundred.
MAX_DRAWS = 1_000_000


@click.group()
def audit() -> None:
    """Pick random removals for you to judge; compute an upper bound on the wrong ones.

    \b
    Examples:
      copydesk audit sample clean.audit.jsonl --n 200 --seed 1 -o verdicts.csv
      copydesk audit bound verdicts.csv
      copydesk check clean.jsonl --require warranty=verdicts.csv:2%
    """


@audit.command("sample", cls=GroupedCommand)
@click.argument("path", metavar="AUDIT", type=click.Path(path_type=Path))
@option(
    "Sample",
    "--n",
    "draws",
    type=Count(1, MAX_DRAWS),
    default=200,
    show_default=True,
    metavar="N",
    help="Number of draws.  A removal that is drawn twice is listed once, but counts twice.",
)
@option(
    "Sample", "--seed", type=int, default=1, show_default=True, metavar="N", help="The same seed draws the same sample."
)
@option(
    "Output",
    "-o",
    "--output",
    type=Target(),
    default="",
    metavar="FILE",
    help="The verdicts, as CSV.  [default: stdout]",
)
@option("Output", "-f", "--force", is_flag=True, help="Draw again, and overwrite existing verdicts.")
@option(
    "Output", "--judge/--no-judge", default=None, help="Ask for the verdicts now.  [default: on a terminal, with -o]"
)
@options.rule_options
def sample_audit(
    path: Path, draws: int, seed: int, output: str, force: bool, judge: bool | None, **chosen: Any
) -> None:
    """Pick random removals from an audit, and ask for a verdict on each.

    The question is: was this rightly removed?

    \b
    Examples:
      copydesk audit sample clean.audit.jsonl -o verdicts.csv
      copydesk audit sample clean.audit.jsonl --no-judge > verdicts.csv

    The first command asks for the verdicts on the terminal.  Press k for right, x for wrong, or ? for unsure; u undoes
    the last verdict, and q stops.  To continue, run the same command again.  The second command writes a CSV file.
    Fill in its column "verdict" with a spreadsheet.

    Each draw picks a removed character at random, and the removal that contains it.  So a long removal is picked more
    often, and a removal can be picked twice.  Give the same rule options as you gave to `clean`.
    """
    from etl.check.verdicts import as_csv, read_verdicts, write_verdicts
    from etl.writers import check_regular

    target = Path(output) if output else None
    if target:
        check_regular(target)
    selection = settings.selection(chosen)
    before = read_verdicts(target) if target and target.exists() else None  # only a sample is overwritten
    judged = _drawn(path, draws, seed, selection)
    if before is not None and not force:
        if list(map(_identity, before)) != list(map(_identity, judged)):
            fault = "holds the sample of another audit, or one that was drawn with other options"
            raise UsageError(output, fault, "Repeat the command of that sample, or give another -o, or -f.")
        judged = before
    elif target:
        write_verdicts(target, judged)
    if target is None:
        if judge:
            raise UsageError("--judge", "needs a file for the verdicts", "Give -o verdicts.csv.")
        shown = as_csv(judged)
        click.echo(visible(shown) if sys.stdout.isatty() else shown, nl=False)
    elif judge or (judge is None and sys.stdin.isatty() and sys.stdout.isatty()):
        _ask(target, judged, lambda after: write_verdicts(target, after))
    else:
        say(f"{_counted(judged)} in {target}.  Write k, x or ? into the column 'verdict' of each.")


@audit.command("bound", cls=GroupedCommand)
@click.argument("path", metavar="VERDICTS", type=click.Path(path_type=Path))
@option(
    "Output", "--confidence", type=Number(50, 99.99), default=95.0, show_default=True, metavar="PERCENT",
    help="The confidence of the bound.",
)  # fmt: skip
@options.json_option
def bound_audit(path: Path, confidence: float, as_json: bool) -> None:
    """Compute an upper bound on the wrong removals from the verdicts.

    \b
    Example:
      copydesk audit bound verdicts.csv

    The bound is a share of the removed characters: at most this share was wrongly removed.  The bound is exact (Clopper
    and Pearson).  An unsure verdict counts as wrong.  For each wrong removal, an exception for copydesk.toml is
    printed.
    """
    from etl.check.verdicts import read_verdicts
    from etl.check.warranty import percent, statement, warranty_of

    warranty = warranty_of(path, confidence / 100)
    if as_json:
        click.echo(to_json(warranty))
        return
    whole = warranty.whole
    click.echo(statement(warranty))
    click.echo(
        f"{whole.draws:,} draws, {whole.wrong:,} of them wrong{f' ({whole.unsure:,} unsure)' if whole.unsure else ''}"
    )
    if warranty.rules:
        rows = [(one.draws, one.wrong, f"≤ {percent(one.most)}", one.name) for one in warranty.rules]
        click.echo(visible(table([("draws", "wrong", "bound", "rule"), *rows])))
    until = settings.exception_end()
    for judged in read_verdicts(path):
        if judged.verdict == "wrong":
            click.echo("\n" + visible(_way_out(judged, until)))


def _drawn(path: Path, draws: int, seed: int, selection: Any) -> "list[JudgedDraw]":
    from etl.check.sampling import sample
    from etl.check.verdicts import JudgedDraw
    from etl.check.warranty import packs_digest

    audit_file = _audit_of(path)
    packs = packs_digest(selection)
    judged = [JudgedDraw(draw, packs=packs) for draw in sample(audit_file, draws, seed)]
    if not judged:
        raise UsageError(str(path), "records no removal, so there is nothing to judge", "Give another audit.")
    return judged


def _identity(judged: "JudgedDraw") -> tuple[object, ...]:
    """Return the values of a draw that a spreadsheet does not change."""
    draw = judged.draw
    return judged.packs, draw.id, draw.rows, draw.draws, draw.removed, draw.row, draw.line, draw.line_sha256


def _audit_of(path: Path) -> Path:
    """Return the audit that a user means: the given file, or the audit of a folder or file of articles."""
    from etl.check.audits import is_audit
    from etl.formats import Source
    from etl.restoration import find_audit

    if not path.exists():
        raise UsageError(str(path), "there is no such file or folder", "Give the audit that clean wrote.")
    if path.is_dir():
        return find_audit(path) if (path / "audit").is_dir() else path
    return path if is_audit(Source(str(path), str(path))) else find_audit(path)


def _counted(judged: "Sequence[JudgedDraw]") -> str:
    """Return the number of removals to judge, and the reason if they are fewer than the draws."""
    draws, removals = sum(one.draw.draws for one in judged), counted(len(judged), "removal")
    return removals if draws == len(judged) else f"{removals} (from {draws:,} draws; some were drawn more than once)"


def _ask(target: Path, judged: "list[JudgedDraw]", save: "Callable[[list[JudgedDraw]], None]") -> None:
    """Ask for the missing verdicts one by one, and save each at once."""
    say(f"{_counted(judged)}.  Press k for right, x for wrong, ? for unsure; u undoes the last verdict, and q stops.")
    given: list[int] = []
    at = _next(judged)
    while at is not None:
        click.echo("\n".join(_shown(judged, at)))
        key = click.getchar().lower()
        if key == QUIT:
            break
        if key == UNDO and given:
            at = given.pop()
            judged[at] = structs.replace(judged[at], verdict="")
        elif key in KEYS:
            judged[at] = structs.replace(judged[at], verdict=KEYS[key])
            given.append(at)
        save(judged)
        at = at if key == UNDO else _next(judged)
    left = sum(not one.verdict for one in judged)
    done = f"All removals are judged.  Next: copydesk audit bound {target}"
    say(f"{counted(left, 'removal')} left.  To continue, run the same command again." if left else done)


def _next(judged: "list[JudgedDraw]") -> int | None:
    return next((at for at, one in enumerate(judged) if not one.verdict), None)


def _shown(judged: "list[JudgedDraw]", at: int) -> Iterator[str]:
    draw = judged[at].draw
    yield ""
    place = place_of(draw.path, draw.row, "row", draw.line)
    yield visible(f"{at + 1} of {len(judged)}  {place}  [{draw.rule}] {draw.kind}")
    if draw.duplicate_of:
        yield visible(f"  copy of {draw.duplicate_of}")
    yield from (click.style(visible(f"  {draw.above}"), dim=True),) if draw.above else ()
    yield click.style(visible(f"- {draw.text}"), fg="red")
    yield from (click.style(visible(f"  {draw.below}"), dim=True),) if draw.below else ()


def _way_out(judged: "JudgedDraw", until: date) -> str:
    """Return the exception that keeps a wrongly removed line, and a `keeps` example for its rule."""
    from etl.report.ready import exception_for, is_of_pack

    draw = judged.draw
    words = draw.text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    keeps = f'# or, in the rule {draw.rule}: keeps = ["{words[:300]}"]'
    if not is_of_pack(draw.rule):
        return f"# {draw.path}:{draw.row}:{draw.line}: {words[:100]}\n# {draw.rule} is not a rule: it has no exceptions"
    if not draw.line_sha256:  # only a part of the line was cut, so no exception can name a line
        return f"# {draw.path}:{draw.row}:{draw.line}\n{keeps}"
    table = exception_for(draw.rule, draw.path, draw.line_sha256[:12], "judged wrong in a sample", until)
    return f"# {draw.path}:{draw.row}:{draw.line}: {words[:100]}\n{table}\n{keeps}"
