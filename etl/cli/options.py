"""Options that commands share, in groups, and the values they make."""

import os
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, get_args

import click
from msgspec import structs

from etl.cli.command import SHOW_SETTINGS
from etl.cli.command import GroupedCommand as GroupedCommand
from etl.cli.command import option as option
from etl.cli.command import stacked as stacked
from etl.cli.terminal import say, visible
from etl.cli.types import Encoding, Folder, Likeness, RuleNames
from etl.fold import fold
from etl.packs import Selection, advice, did_you_mean, known_publishers, rule_patterns

if TYPE_CHECKING:  # a command that lists rules need not wait for the stages
    from etl.config import Config
    from etl.dedup import DedupSettings
    from etl.document import Textless
    from etl.engines import Engine
    from etl.formats import Found, Reading

# Of a size.  More are no size of anything.
MAX_DIGITS = 15
FORMATS = ("text", "html", "jsonl", "json", "csv", "parquet", "arrow", "warc", "feed")
SHAPES = ("copydesk", "dolma", "hf", "trafilatura", "schema.org")


output_option = option(
    "Output",
    "-o",
    "--output",
    type=click.Path(),
    default="",
    metavar="PATH",
    help="A file (.jsonl .jsonl.gz .jsonl.zst .parquet), a folder, or a store (s3://…).  [default: stdout]",
)

shape_option = option(
    "Output",
    "--shape",
    type=click.Choice(SHAPES),
    default="copydesk",
    show_default=True,
    help="The field names of the records: copydesk's, or those of another tool.",
)

inputs_argument = click.argument("inputs", nargs=-1, required=True, type=click.Path(), metavar="INPUT...")

finding_options = stacked(
    option(
        "Input",
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Skip files and folders that match a pattern, written as in .gitignore; repeatable.",
    ),
    option("Input", "--no-ignore", is_flag=True, help="Also read files that a .gitignore names."),
    option("Input", "--stdin-filename", default="", metavar="NAME", help="The file name of the data that `-` reads."),
)

show_options = stacked(
    option("Input", "--show-files", is_flag=True, help="List the files that would be read, and stop."),
    option(
        "Other",
        SHOW_SETTINGS,
        is_flag=True,
        help="List every option, its value and where the value comes from, and stop.",
    ),
)

reading_options = stacked(
    option(
        "Reading",
        "--from",
        "form",
        type=click.Choice(FORMATS),
        help="The format of the input.  [default: from its content, then its name]",
    ),
    option(
        "Reading",
        "--text-field",
        default="",
        metavar="PATH",
        help="The field of a record that holds the text: body, data.content.  [default: text, content, body …]",
    ),
    option("Reading", "--html-field", default="", metavar="PATH", help="The field of a record that holds the HTML."),
    option(
        "Reading",
        "--map",
        "mapped",
        multiple=True,
        metavar="FIELD=PATH",
        help="Where records hold a field: created=meta.date.  Fields: headline, publisher, author, created, url, "
        "language, id; repeatable.",
    ),
    option(
        "Reading",
        "--detect/--no-detect",
        "detect",
        default=True,
        help="Detect the language of texts whose source does not name it.  [default: detect]",
    ),
    option(
        "Reading",
        "--publisher",
        default="",
        metavar="NAME",
        help="The publisher of all inputs; rules for that publisher apply.",
    ),
    option(
        "Reading",
        "--encoding",
        type=Encoding(),
        default="",
        metavar="NAME",
        help="The encoding of the bytes.  [default: detected]",
    ),
)

rule_options = stacked(
    option(
        "Rules",
        "-r",
        "--rules",
        type=click.Path(),
        multiple=True,
        metavar="PACK",
        help="Also use this rule pack: a .toml file or a folder of them; repeatable.",
    ),
    option("Rules", "--only-rules", is_flag=True, help="Use only the packs given with --rules."),
    option(
        "Rules",
        "--select",
        type=RuleNames(),
        multiple=True,
        metavar="IDS",
        help="Use only these rules: ids, packs (npr) or patterns (core/*), separated by commas or repeated.",
    ),
    option(
        "Rules",
        "--ignore",
        type=RuleNames(),
        multiple=True,
        metavar="IDS",
        help="Do not use these rules; named as for --select.",
    ),
    option(
        "Rules",
        "--profile",
        type=click.Choice(["careful", "standard", "hard"]),
        default="standard",
        show_default=True,
        help="Which rules to use.  careful: those that are certain; standard: also likely ones; hard: also guesses.",
    ),
    option(
        "Rules",
        "--repair",
        "repairs",
        type=click.Choice(["sure", "risky"]),
        default="sure",
        show_default=True,
        help="Which damage to repair.  sure: only what is proved; risky: also what is likely.",
    ),
)

index_option = option(
    "Index",
    "--index",
    type=Folder(),
    default="",
    metavar="DIR",
    help="Compare with what earlier runs kept, and add what this run keeps.",
)

# The fields of DedupSettings that a user sets, and the options that set them.
DEDUP_OPTIONS = {
    **{"scope": "dedup", "action": "dedup_action"},
    **{name: name for name in ("unit", "shingles", "threshold", "numbers", "copies", "keep")},
}

similarity_options = stacked(
    option(
        "Duplicates",
        "--threshold",
        type=Likeness(),
        default=0.7,
        show_default=True,
        metavar="J",
        help="The lowest similarity of duplicates: exact Jaccard similarity of word triples.",
    ),
    option(
        "Duplicates",
        "--numbers",
        type=click.Choice(["same", "any"]),
        default="same",
        show_default=True,
        help="same: paragraphs with different figures, dates or names are never duplicates; any: they may be.",
    ),
    option(
        "Duplicates",
        "--copies",
        type=click.Choice(["similar", "lossless"]),
        default="similar",
        show_default=True,
        help="similar: near-duplicates are dropped; lossless: only those whose word triples all stand in the one kept.",
    ),
    option(
        "Duplicates",
        "--keep",
        type=click.Choice(["first", "longest"]),
        default="first",
        show_default=True,
        help="Which of several duplicates is kept: the first, or the one in the longest article.",
    ),
)

dedup_options = stacked(
    option(
        "Duplicates",
        "--dedup",
        type=click.Choice(["off", "article", "run"]),
        default="run",
        show_default=True,
        help="Where to look for near-duplicate paragraphs and articles: nowhere, in each article, in the whole run.",
    ),
    index_option,
    similarity_options,
    option(
        "Duplicates",
        "--dedup-action",
        type=click.Choice(["drop", "tag"]),
        default="drop",
        show_default=True,
        help="Remove duplicates, or leave them and record them in the audit.",
    ),
)


capacity_options = stacked(
    option(
        "Running",
        "-j",
        "--jobs",
        type=click.IntRange(1),
        default=os.cpu_count() or 1,
        metavar="N",
        help="Number of processes.  [default: one per core]",
    ),
    option(
        "Running",
        "--memory",
        default="1GB",
        show_default=True,
        metavar="SIZE",
        help="Memory for finding duplicates; beyond it, files are used.",
    ),
)


running_options = stacked(
    capacity_options,
    option(
        "Running",
        "--engine",
        type=click.Choice(["local", "spark"]),
        default="local",
        show_default=True,
        help="Run in processes on this machine, or on a Spark cluster that sees the same folders.",
    ),
    option(
        "Running",
        "--master",
        default="",
        metavar="URL",
        help="The Spark cluster: spark://HOST:PORT, local[N] …  [default: from Spark's configuration]",
    ),
    option("Running", "--shard-size", default="4MiB", metavar="SIZE", hidden=True, help="What a task reads at once."),
    option("Running", "--resume", is_flag=True, help="Continue an unfinished run into the same output."),
    option(
        "Running",
        "--work",
        type=Folder(),
        default="",
        metavar="DIR",
        help="Folder for temporary files, if the output is stdout or a store.  [default: the system's]",
    ),
    option(
        "Running",
        "--max-errors",
        type=click.IntRange(0),
        default=0,
        metavar="N",
        help="Exit with 4 only if more than N inputs could not be read.  [default: 0]",
    ),
)


def engine(options: dict[str, Any], jobs: int) -> "AbstractContextManager[Engine]":
    """Remove the engine from a command's options; it starts when it is entered.  Raises click.BadParameter."""
    from etl.engines.local import LocalEngine

    name, master = options.pop("engine"), options.pop("master")
    if name == "spark":
        from etl.engines.spark import spark_engine

        return spark_engine(master, jobs)
    if master:
        raise click.BadParameter("names a Spark cluster: it needs --engine spark", param_hint="--master")
    return LocalEngine(jobs)


def reading(options: dict[str, Any]) -> "Reading":
    """Return the reading options of a command, and remove them from its options."""
    from etl.formats import Reading
    from etl.model import Metadata

    publisher = options.pop("publisher")
    if publisher and fold(publisher) not in known_publishers():
        names = {one.name for one in known_publishers().values()}
        say(f"no rules are known for '{publisher}'.  {did_you_mean(publisher, names)}".rstrip(), fg="yellow")
    read = Reading(
        format=options.pop("form"),
        text_field=options.pop("text_field"),
        html_field=options.pop("html_field"),
        encoding=options.pop("encoding"),
        metadata=Metadata(publisher=publisher),
        map=tuple(map(_pair, options.pop("mapped"))),
    )
    return finding(read, options)


def finding(reading: "Reading", options: dict[str, Any]) -> "Reading":
    """Return a reading with a command's options on files, if it has them; they are removed from its options."""
    return structs.replace(
        reading,
        exclude=options.pop("exclude", ()),
        respects_ignore=not options.pop("no_ignore", True),
        stdin_name=options.pop("stdin_filename", ""),
    )


def print_files(found: "Found") -> None:
    """Print the names of files that would be read; on stderr what is passed over, and why."""
    for source in found.sources:
        click.echo(visible(source.name))
    for name, reason in found.passed_over:
        say(f"passed over {name}: {reason}")


MAPPED = ("headline", "publisher", "author", "created", "url", "language", "id", "text", "html")


def _pair(given: str) -> tuple[str, str]:
    """Return the field and the path of a --map.  Raises click.BadParameter.

    >>> _pair("created=meta.erschienen")
    ('created', 'meta.erschienen')
    """
    field, mark, path = given.partition("=")
    if not mark or not path or field not in MAPPED:
        known = ", ".join(MAPPED)
        raise click.BadParameter(f"'{given}' is no FIELD=PATH with one of the fields {known}", param_hint="--map")
    return field, path


def selection(options: dict[str, Any]) -> Selection:
    """Return the rule options of a command, with what copydesk.toml changes about rules as of today.

    Today is the time that goes into the records, so that a run can be repeated.
    """
    config: Config = click.get_current_context().obj
    today = date.fromisoformat(time_added(options.get("added", ""))[:10])
    for ended in config.ended(today):
        say(
            f"{ended.place}: ended on {ended.change.until} and is not used any more: renew it or delete it", fg="yellow"
        )
    chosen = Selection(
        exceptions=config.exceptions(today),
        overrides=config.overrides(today),
        packs=options.pop("rules"),
        only=options.pop("only_rules"),
        select=rule_patterns(options.pop("select")),
        ignore=rule_patterns(options.pop("ignore")),
        profile=options.pop("profile"),
        risky=options.pop("repairs") == "risky",
        detect_language=options.pop("detect", True),
    )
    for said in advice(chosen):
        say(said, fg="yellow")
    return chosen


def dedup_settings(options: dict[str, Any]) -> "DedupSettings":
    """Return a command's options on duplicates; those that it lacks have their defaults."""
    from etl.dedup import DedupSettings

    named = {field: name for field, name in DEDUP_OPTIONS.items() if name in options}
    return DedupSettings(**{field: options.pop(name) for field, name in named.items()})


def textless(given: Sequence[str]) -> "tuple[Textless, ...]":
    """Return the articles that are not written, as --skip names them.  Raises click.BadParameter."""
    from etl.document import Textless

    known: tuple[Textless, ...] = get_args(Textless)
    words = [word.strip() for one in given for word in one.split(",")]
    for word in words:
        if word not in known:
            raise click.BadParameter(f"'{word}' is not one of {', '.join(known)}", param_hint="--skip")
    return tuple(word for word in known if word in words)


def memory(given: str) -> int:
    """Return the bytes of a size: a number, or one with kB, MB, GB, kiB, MiB, GiB.  Raises click.BadParameter.

    >>> memory("512MB"), memory("1.5 GB"), memory("1GiB")
    (512000000, 1500000000, 1073741824)
    """
    match = re.fullmatch(r"(\d+|\d*\.\d+)\s*(?:([kMG])(i?))?B?", given.strip(), re.IGNORECASE)
    if not match or len(match[1]) > MAX_DIGITS:
        raise click.BadParameter(f"'{given}' is no size, like 512MB or 2GB", param_hint="--memory")
    power = " kmg".index((match[2] or " ").lower())
    return int(float(match[1]) * (1024 if match[3] else 1000) ** power)


def is_time_fixed(given: str) -> bool:
    """Return true if the time in the records does not come from the clock."""
    return bool(given or os.environ.get("SOURCE_DATE_EPOCH"))


def time_added(given: str) -> str:
    """The time that goes into the records: as given, or SOURCE_DATE_EPOCH, or now.  Raises click.BadParameter."""
    from etl.dates import instant, written

    if given:
        if not (time := instant(given)):
            raise click.BadParameter(f"'{given}' is no time", param_hint="--added")
        return time
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        raise click.BadParameter(f"'{epoch}' is no number of seconds", param_hint="SOURCE_DATE_EPOCH") from None
    return written(moment)
