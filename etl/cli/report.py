"""`copydesk report`: a run as one page, or a folder of pages, for a person to read."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import structs

from etl.cli import options, settings
from etl.cli.command import GroupedCommand, option
from etl.cli.types import Folder, Target
from etl.errors import UsageError, counted

if TYPE_CHECKING:
    from etl.pipeline.session import Request, Session
    from etl.report.pages import ReportRequest
    from etl.report.reading import RunFiles

DEFAULT_SIZE = "5MB"

max_size_option = option(
    "Output",
    "--max-size",
    default=DEFAULT_SIZE,
    show_default=True,
    metavar="SIZE",
    help="The largest size of the page.",
)


@click.command(cls=GroupedCommand)
@options.articles_argument
@option("Output", "-o", "--output", type=Target(), default="", metavar="FILE", help="The page.  [default: stdout]")
@option(
    "Output",
    "--out",
    type=Folder(),
    default="",
    metavar="DIR",
    help="Write a folder instead of one page: an overview, and pages of 200 articles each, which show all articles.",
)
@max_size_option
@option("Output", "-f", "--force", is_flag=True, help="Overwrite an existing report.")
@options.audit_option
@option(
    "Input", "--against", type=click.Path(path_type=Path), metavar="ARTICLES", help="An earlier run to compare with."
)
@option(
    "Input",
    "--verdicts",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also show what these verdicts of `audit sample` prove.",
)
@options.seed_option
def report(articles: Path, output: str, out: str, force: bool, **chosen: Any) -> None:
    """Make an HTML page of a run: what was removed, by which rule, and the articles with their changes.

    \b
    Examples:
      copydesk report clean.jsonl -o report.html
      copydesk report cleaned/ -o report.html --against last-week/
      copydesk report cleaned/ --out report/

    The page needs no network, and can be read without JavaScript.  Its totals cover the whole run.  It shows as many
    articles as fit into --max-size; those with the status `suspect` come first.  Exits with 5 if articles and audit do
    not match.
    """
    from etl.report.files import appearing_folder, check_target, write_page
    from etl.report.folder import write_folder
    from etl.report.reading import run_files
    from etl.report.writing import make_report

    if out and output:
        raise UsageError("--out", "contradicts -o", "Give one of the two.")
    if not (out or output) and sys.stdout.isatty():
        raise UsageError("", "the report is not printed on a terminal", "Give -o report.html.")
    if name := out or output:
        check_target(Path(name), force, is_folder=bool(out))
    previous = run_files(chosen["against"]) if chosen["against"] else None
    request = request_of(run_files(articles, chosen["audit"]), chosen["max_size"], previous, chosen["seed"])
    if chosen["verdicts"]:
        request = structs.replace(request, warranty=_warranty(chosen["verdicts"]))
    if out:
        with appearing_folder(Path(out), force) as folder:
            write_folder(request, folder)
    elif output:
        write_page(Path(output), make_report(request).page, force)
    else:
        click.echo(make_report(request).page, nl=False)


def _warranty(path: Path) -> str:
    """Return what the verdicts on a sample prove.  Raises UsageError as `audit bound` does."""
    from etl.check.warranty import statement, warranty_of

    warranty = warranty_of(path)
    return f"{statement(warranty)} ({counted(warranty.whole.draws, 'draw')}, {warranty.whole.wrong:,} wrong)"


def request_of(run: "RunFiles", max_size: str, previous: "RunFiles | None" = None, seed: int = 0) -> "ReportRequest":
    """Return the report that a user asks for."""
    from etl.cli.show import rule_titles
    from etl.packs import Selection
    from etl.report.pages import ReportRequest

    return ReportRequest(
        run=run,
        until=settings.exception_end(),
        titles=rule_titles(Selection()),
        previous=previous,
        max_bytes=settings.size(max_size, "--max-size"),
        seed=seed,
    )


def check_report(request: "Request", name: str) -> None:
    """Raise UsageError if the page would replace an output, an input, or a file that is not a report."""
    from etl.report.files import check_target

    if name == "-":
        raise UsageError("--report", "is a file: standard output is for articles", "Give --report report.html.")
    path = Path(os.path.realpath(name))
    outputs = [request.output.path(kind) for kind in request.output.kinds()] if request.output.name else []
    taken = (*outputs, *(Path(source.path) for source in request.found.sources))
    if any(path == Path(os.path.realpath(one)) or Path(os.path.realpath(one)) in path.parents for one in taken):
        raise UsageError("--report", f"would write over {name}", "Give another name.")
    check_target(Path(name), request.force, is_folder=False)


def report_of(one: "Session") -> str:
    """Return the page of a run before the run is delivered."""
    from etl.report.reading import RunFiles
    from etl.report.writing import make_report

    folder, request = Path(one.workspace.folder), one.request
    name = Path(request.output.name).name or " ".join(request.names[:3])
    run = RunFiles(name, folder / "articles", folder / "audit", folder / "rejects")
    return make_report(request_of(run, DEFAULT_SIZE)).page
