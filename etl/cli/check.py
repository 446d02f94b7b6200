"""`copydesk check` and `copydesk baseline`: fail when data has more faults than allowed, or than it had."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import structs

from etl.cli import options, settings
from etl.cli.command import GroupedCommand, option, stacked
from etl.cli.terminal import held_warnings, say, table, to_json, visible
from etl.cli.types import CheckName, File
from etl.errors import UsageError, counted, unreadable_words

if TYPE_CHECKING:
    from etl.check.baseline import Baseline
    from etl.check.judge import Rules
    from etl.check.model import Limit, Report
    from etl.check.run import CheckOutcome
    from etl.check.tasks import CheckJob

FORMAT_NAMES = ("text", "concise", "json", "jsonl", "sarif", "junit", "github", "gitlab", "rdjson", "markdown")
# Formats that show text of the data: control characters are made visible.
IN_WORDS = ("text", "concise", "github", "markdown")
# The variable with the file for the summary of a step of GitHub Actions.
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"

checking_options = stacked(
    option(
        "Checks",
        "--checks",
        type=CheckName(),
        multiple=True,
        metavar="ID",
        help="Run only these checks ('art.*'); repeatable.",
    ),
    option(
        "Checks",
        "--skip-checks",
        type=CheckName(),
        multiple=True,
        metavar="ID",
        help="Do not run these checks; repeatable.",
    ),
    option(
        "Checks",
        "--as",
        "as_what",
        type=click.Choice(["pages", "articles"]),
        help="Treat the records as raw pages or as articles.  [default: from their fields]",
    ),
    options.capacity_options,
    options.shard_size_option,
    options.work_option(help="Folder for temporary files.  [default: the system's]"),
    options.finding_options,
    options.reading_options,
    options.rule_options,
    options.similarity_options(options.WORD_TRIPLES),
)


@click.command(cls=GroupedCommand)
@options.inputs_argument
@option(
    "Output",
    "--format",
    "formats",
    multiple=True,
    metavar="NAME[=FILE]",
    help=f"{', '.join(FORMAT_NAMES)}.  Repeatable.  At most one format can have no FILE; it is printed.  "
    "[default: text]",
)
@option(
    "Output",
    "--exit-zero",
    is_flag=True,
    help="Exit with 0 even if there are errors, or if files or records could not be read.",
)
@option("Output", "--json", "as_json", is_flag=True, help="Print the counts as JSON on stderr, also with -q.")
@option(
    "Output",
    "-q",
    "--quiet",
    is_flag=True,
    help="Do not print which files were not read, what the baseline accepts, whether the baseline can be lowered, or "
    "which packs differ from the baseline.",
)
@option(
    "Limits",
    "--max",
    "most",
    type=CheckName(),
    multiple=True,
    metavar="WHAT=N[%]",
    help="Allow up to N findings of a check, or findings in N% of the articles (raw.boilerplate: in N% of the "
    "characters): art.leftover=3, raw.boilerplate=30%.  A limit for some rules (art.leftover:core/*=1%) "
    "applies in addition to the limit of the check; repeatable.",
)
@option(
    "Limits",
    "--min",
    "least",
    multiple=True,
    metavar="art.counts=N[%]",
    help="Require at least N articles, or N% of those in the baseline.",
)
@option(
    "Limits",
    "--baseline",
    type=File(),
    default="",
    metavar="FILE",
    help="Allow what this file accepts, instead of the default limits (docs/checks.md names three limits that stay).  "
    "Findings that the file accepts are only counted.",
)
@option(
    "Limits", "--strict-baseline", "is_strict", is_flag=True, help="Also fail if the data is better than the baseline."
)
@option(
    "Limits",
    "--require",
    multiple=True,
    metavar="warranty=VERDICTS:N%",
    help="Fail unless a judged sample proves that at most N% was wrongly removed; see `copydesk audit`.",
)
@checking_options
def check(inputs: tuple[str, ...], **chosen: Any) -> None:
    """Fail if data has more faults than you allow.  Pages, articles and audits are recognised by content.

    \b
    Examples:
      copydesk check clean.jsonl
      copydesk check crawl/ --max raw.boilerplate=30% --max raw.mojibake=0
      copydesk check crawl/ --baseline copydesk.baseline.jsonl
      copydesk check clean.jsonl --format github --format sarif=check.sarif

    By default no error is allowed.  To allow some, use --max, [[threshold]] tables in copydesk.toml, or a baseline.
    docs/checks.md describes the checks.  The options in [clean] of copydesk.toml also apply to check.  If FILE of
    --format holds an earlier report, that report is replaced.

    The exit code is 1 if there are errors, and 0 if there are none.  A file or record that cannot be read is an error.
    With --skip-checks raw.unreadable, it is not an error, but it changes the exit code from 0 to 4.
    """
    from etl.check.judge import report_of
    from etl.check.origins import traced
    from etl.formats.own_files import CHECKS, CHECKS_IN_WORDS
    from etl.formats.own_records import check_target

    formats = _formats(chosen.pop("formats"))
    for _, path in formats:
        if path:
            check_target(Path(path), True, CHECKS, CHECKS_IN_WORDS)
    outcome, rules = _checked(inputs, chosen | {"written": [path for _, path in formats if path]})
    report = report_of(outcome, rules)
    report = structs.replace(report, findings=traced(report.findings))
    if rules.baseline:
        report = structs.replace(report, notes_as="nothing" if chosen["quiet"] else "counts")
    _write(report, formats)
    unread = [f"{unreadable_words(outcome.unread)}; the check raw.unreadable did not run"]
    _write_messages(report, unread if outcome.unread else [], chosen)
    if (report.failures or outcome.unread) and not chosen["exit_zero"]:
        raise SystemExit(1 if report.failures else 4)


@click.command(cls=GroupedCommand)
@click.argument("action", type=click.Choice(["write", "prune", "show"]))
@click.argument("inputs", nargs=-1, type=click.Path(readable=False), metavar="[INPUT]...")
@option(
    "Baseline",
    "--baseline",
    type=File(),
    default="",
    metavar="FILE",
    help="The baseline file.  [default: copydesk.baseline.jsonl]",
)
@option("Baseline", "--accept", is_flag=True, help="Also accept what has become worse.")
@option(
    "Baseline",
    "--reason",
    default="",
    metavar="WORDS",
    help="Why it is accepted.  The reason is written into the file.",
)
@checking_options
def baseline(action: str, inputs: tuple[str, ...], accept: bool, reason: str, **chosen: Any) -> None:
    """Write, prune or show the state that `check --baseline` accepts.

    \b
    Examples:
      copydesk baseline write crawl/
      copydesk baseline prune crawl/             lower the counts that have fallen
      copydesk baseline write crawl/ --accept --reason 'new template of the BBC'
      copydesk baseline show

    The baseline has one row for each check, rule and publisher, with a count.  The first `write` accepts all counts as
    they are.  A later `write` lowers the counts that have fallen.  Counts that have risen are raised only with --accept
    and --reason.  Without these options, `write` still lowers the counts that have fallen.  It then lists the counts
    that have risen, and exits with 1.  `prune` is `write` without --accept, and needs a baseline.  Commit the file.
    """
    from etl.check.baseline import DEFAULT_NAME, read_baseline
    from etl.writers import check_regular

    path = Path(chosen.pop("baseline") or DEFAULT_NAME)
    if accept and not reason:
        raise UsageError("--accept", "needs --reason", "Say why it is accepted: --reason 'new template'.")
    if action == "show":
        _show(read_baseline(path))
        return
    check_regular(path)
    if not inputs:
        raise UsageError("", "there is no input", f"Name the data: copydesk baseline {action} crawl/.")
    before = read_baseline(path) if action == "prune" or path.exists() else None
    outcome, rules = _checked(inputs, {**chosen, "most": (), "least": (), "baseline": "", "is_strict": False})
    _write_baseline(path, before, outcome, rules, reason if accept and action == "write" else "")


def _checked(inputs: Sequence[str], chosen: dict[str, Any]) -> "tuple[CheckOutcome, Rules]":
    """Check the inputs; return the findings, and the limits with which they are compared."""
    from etl.check.baseline import read_baseline
    from etl.check.checks import chosen_checks
    from etl.check.judge import Rules
    from etl.check.limits import all_limits, limit_given, limits_of, mild_rules
    from etl.check.tasks import CheckJob
    from etl.check.warranty import WARRANTY, unproved
    from etl.pipeline.job import Job

    config, required = click.get_current_context().obj, chosen.pop("require", ())
    reading, selection = settings.reading(chosen), settings.selection(chosen)
    checks = chosen_checks(chosen["checks"], chosen["skip_checks"]) | ({WARRANTY} if required else set())
    given = [
        *limits_of(config.path, config.thresholds),
        *(limit_given(one, "--max") for one in chosen["most"]),
        *(limit_given(one, "--min") for one in chosen["least"]),
    ]
    accepted = read_baseline(Path(chosen["baseline"])) if chosen["baseline"] else None
    limits = all_limits(given, checks, accepted is not None, mild_rules(selection))
    if accepted is None:
        _need_baseline(checks, given)
    found = tuple(finding for one in required for finding in unproved(one, selection))
    rules = Rules(limits, checks, selection, accepted, chosen["is_strict"], found)
    job = Job(
        selection,
        reading,
        settings.dedup_settings(chosen),
        memory=settings.size(chosen["memory"], "--memory"),
        shard_bytes=settings.size(chosen["shard_size"], "--shard-size"),
    )
    return _run(inputs, CheckJob(job, checks, limits, chosen["as_what"] or ""), chosen), rules


def _need_baseline(checks: frozenset[str], given: "Sequence[Limit]") -> None:
    """Raise UsageError if a check or limit needs a baseline and there is none."""
    from etl.check.checks import CHECKS

    if limit := next((one for one in given if one.least is not None and one.is_rate), None):
        raise UsageError(limit.said, "is a share of the articles in a baseline", "Name the baseline with --baseline.")
    if all(CHECKS[check].outside_baseline and CHECKS[check].scope != "audit" for check in checks):
        fault = f"{', '.join(sorted(checks))} can only compare with a baseline"
        raise UsageError("--checks", fault, "Name the baseline with --baseline.")


def _run(inputs: Sequence[str], job: "CheckJob", chosen: dict[str, Any]) -> "CheckOutcome":
    from etl.check.run import run_check
    from etl.cli.progress import ProgressLine
    from etl.engines.local import LocalEngine
    from etl.formats import find
    from etl.pipeline.workspace import scratch

    found = find(inputs, job.job.reading)
    written = {os.path.realpath(one) for one in chosen.get("written", ())}
    if source := next((one for one in found.sources if os.path.realpath(one.path) in written), None):
        raise UsageError("--format", f"would write over the input {source.name}", "Give the report another file.")
    jobs = settings.worthwhile_jobs(found, job.job.shard_bytes, chosen["jobs"])
    progress = ProgressLine(bool(chosen.get("quiet") or chosen.get("as_json")))
    try:
        with scratch(chosen["work"]) as workspace, LocalEngine(jobs) as engine:
            return run_check(job, found, workspace, engine, progress)
    finally:
        progress.clear()


def _formats(given: Sequence[str]) -> list[tuple[str, str]]:
    """Return the formats with their files; "" is standard output.  Raises UsageError."""
    from etl.packs import did_you_mean

    pairs = [(name, path) for name, _, path in (one.partition("=") for one in given or ("text",))]
    for name, _ in pairs:
        if name not in FORMAT_NAMES:
            way_out = did_you_mean(name, FORMAT_NAMES) or f"There are {', '.join(FORMAT_NAMES)}."
            raise UsageError("--format", f"'{name}' is not a format", way_out)
    printed = [name for name, path in pairs if path in ("", "-")]
    if len(printed) > 1:
        way_out = f"Write one of them to a file: --format {printed[-1]}=FILE."
        raise UsageError("--format", f"{' and '.join(printed)} cannot both be printed", way_out)
    files = [path for _, path in pairs if path not in ("", "-")]
    if len(set(files)) < len(files):
        raise UsageError("--format", "two formats have the same file", "Give each format its own file.")
    return [(name, "" if path == "-" else path) for name, path in pairs]


def _write(report: "Report", formats: Sequence[tuple[str, str]]) -> None:
    from etl.check.formats import FORMATS
    from etl.check.formats.words import markdown
    from etl.formats.own_files import CHECKS, CHECKS_IN_WORDS
    from etl.formats.own_records import check_target
    from etl.writers import atomic

    for name, path in sorted(formats, key=lambda one: not one[1]):  # files first: a pipe may be closed
        if not path:
            for part in FORMATS[name](report):
                click.echo(visible(part) if name in IN_WORDS else part, nl=False)
            continue
        check = partial(check_target, Path(path), True, CHECKS, CHECKS_IN_WORDS)
        with atomic(Path(path), check) as temporary, temporary.open("w", encoding="utf-8", errors="replace") as file:
            file.writelines(FORMATS[name](report))
    summary = os.environ.get(STEP_SUMMARY, "")
    if summary and any(name == "github" for name, _ in formats):
        with Path(summary).open("a", encoding="utf-8", errors="replace") as file:
            file.writelines(markdown(report))


def _write_messages(report: "Report", errors: Sequence[str], chosen: dict[str, Any]) -> None:
    """Write notes and errors to stderr, as one JSON object or as text; errors are never hidden."""
    if chosen["as_json"]:
        levels = {level: sum(row.count.findings for row in report.rows if row.level == level) for level in LEVELS}
        counts = {scope: count.subjects for scope, count in report.totals.items()}
        passed = not report.failures
        messages = [*held_warnings(), *report.failures, *report.notes, *errors]
        say(to_json({"passed": passed, **levels, "checked": counts, "messages": messages}))
        return
    for said in (*(() if chosen["quiet"] else report.notes), *errors):
        say(said, fg="yellow")


LEVELS = ("error", "warning", "note")


def _write_baseline(
    path: Path, before: "Baseline | None", outcome: "CheckOutcome", rules: "Rules", reason: str
) -> None:
    """Write the baseline, and print what has changed.  Exits with 1 if something became worse and is not accepted."""
    from etl.check.baseline import changes, of_now, updated, write_baseline

    now = of_now(outcome.tallied, rules.selection)
    if before is None:
        write_baseline(path, now)
        click.echo(f"{visible(str(path))}: {counted(len(now.accepted), 'row')} written")
        return
    changed = changes(before, now, rules.checks)
    worse, better = [one for one in changed if one.is_worse], [one for one in changed if one.is_better]
    write_baseline(path, updated(before, now, rules.checks, reason))
    raised = len(worse) if reason else 0
    click.echo(f"{visible(str(path))}: {counted(len(better), 'row')} lowered, {raised:,} raised")
    if worse and not reason:
        for one in worse:
            say(f"{one.key}: {one.now:,} of {one.now_of:,} now, {one.before:,} of {one.before_of:,} accepted")
        say("These counts or rates have risen.  To accept them, add --accept --reason WHY.", fg="yellow")
        raise SystemExit(1)


def _show(accepted: "Baseline") -> None:
    rows = [
        (one.count, one.of, one.check, one.rule or "-", one.publisher or "-", one.reason)
        for one in accepted.accepted.values()
    ]
    if rows:
        click.echo(visible(table([("count", "of", "check", "rule", "publisher", "reason"), *rows], indent="")))
    packs = ", ".join(f"{one.pack} {one.version}" for one in accepted.packs.values())
    click.echo(visible(f"{counted(len(rows), 'row')}; packs: {packs}"))
