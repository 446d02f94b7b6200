"""Settings of a run, from the values of options."""

import os
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

import click
from msgspec import structs

from etl.cli.terminal import say, visible, warn
from etl.errors import in_one_line
from etl.fold import fold

if TYPE_CHECKING:  # imported late: a help page needs no rules, and a list of rules needs no stages
    from etl.config import Config
    from etl.dedup import DedupSettings
    from etl.document import Textless
    from etl.engines import Engine
    from etl.formats import Found, Reading
    from etl.packs import Selection
    from etl.record import OptionalFields

# The most characters of a size.
MAX_DIGITS = 15
# The least bytes of a size.  A smaller number is probably meant in another unit, and would make more shards than
# documents.
MIN_BYTES = 1000
# Days until a proposed exception ends: after a year, somebody should look at it again.
EXCEPTION_DAYS = 365
# The fields that --map fills.
MAPPED = ("headline", "publisher", "author", "created", "url", "language", "id", "text", "html")
# The fields of DedupSettings that a user sets, and the options that set them.
DEDUP_OPTIONS = {
    **{"scope": "dedup", "action": "dedup_action"},
    **{name: name for name in ("unit", "shingles", "threshold", "numbers", "copies", "keep")},
}


def engine(options: dict[str, Any], jobs: int) -> "AbstractContextManager[Engine]":
    """Return the engine of a command, and remove its options.

    The engine starts when it is entered.  Raises click.BadParameter.
    """
    from etl.engines.local import LocalEngine

    name, master = options.pop("engine"), options.pop("master")
    if name == "spark":
        from etl.engines.spark import spark_engine

        return spark_engine(master, jobs)
    if master:
        raise click.BadParameter("a Spark cluster needs --engine spark", param_hint="--master")
    return LocalEngine(jobs)


def worthwhile_jobs(found: "Found", shard_bytes: int, jobs: int) -> int:
    """Return a useful number of processes for some inputs: the imports of a second process take 0.3 s."""
    size = sum(source.size for source in found.sources)
    is_small = size <= shard_bytes and not any(source.is_stream for source in found.sources)
    return 1 if is_small else jobs


def reading(options: dict[str, Any]) -> "Reading":
    """Return the reading options of a command, and remove them from its options."""
    from etl.formats import Reading
    from etl.model import Metadata
    from etl.packs import did_you_mean, known_publishers

    publisher = options.pop("publisher")
    if publisher and fold(publisher) not in known_publishers():
        names = {one.name for one in known_publishers().values()}
        said = f"'{publisher}' is not a known publisher, so no rules of a publisher apply."
        warn(f"{said}  {did_you_mean(publisher, names)}".rstrip())
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


def print_files(found: "Found", reading: "Reading") -> None:
    """Print the names of files that would be read; on stderr what is passed over, and why."""
    from etl.formats import OWN, PASSED_OVER_OWN, shares

    for source in found.sources:
        share = None if source.is_stream else next(shares(source, reading, 1), None)
        if share and share.fault == OWN:
            say(f"passed over {in_one_line(source.name)}: {PASSED_OVER_OWN}")
        else:
            click.echo(visible(in_one_line(source.name)))
    for name, reason in found.passed_over:
        say(f"passed over {name}: {reason}")


def _pair(given: str) -> tuple[str, str]:
    """Return the field and the path of a --map.  Raises click.BadParameter.

    >>> _pair("created=meta.erschienen")
    ('created', 'meta.erschienen')
    """
    field, mark, path = given.partition("=")
    if not mark or not path or field not in MAPPED:
        fault = f"'{field}' is not a field to fill" if mark and path else f"'{given}' is not FIELD=PATH"
        raise click.BadParameter(f"{fault}.  FIELD is one of {', '.join(MAPPED)}.", param_hint="--map")
    return field, path


def selection(options: dict[str, Any]) -> "Selection":
    """Return the rule options of a command, with the exceptions and overrides that have not ended today.

    Today is the day of the time in the records, so that a run can be repeated.
    """
    from etl.packs import Selection, advice, rule_patterns, settled

    config: Config = click.get_current_context().obj
    day = today(options.get("added", ""))
    for ended in config.ended(day):
        warn(f"{ended.place}: this {ended.kind} ended on {ended.change.until}, and is not used.  Renew or delete it.")
    for one in config.changes:
        if not any(map(str.isalnum, one.change.reason)):
            warn(f"{one.place}: the reason of this {one.kind} is a placeholder.  Give the reason in one sentence.")
    chosen = Selection(
        exceptions=config.exceptions(day),
        overrides=config.overrides(day),
        packs=options.pop("rules"),
        only=options.pop("only_rules"),
        select=rule_patterns(options.pop("select")),
        ignore=rule_patterns(options.pop("ignore")),
        profile=options.pop("profile"),
        risky=options.pop("repairs") == "risky",
        detect_language=options.pop("detect", True),
        links=options.get("links", False),
    )
    chosen = settled(chosen)
    for said in advice(chosen):
        warn(said)
    return chosen


def optional_fields(options: dict[str, Any]) -> "OptionalFields":
    """Return the optional fields of records that a command must write.  Raises click.BadParameter."""
    from etl.record import OptionalFields

    structure = options.get("structure", "none")
    if options.get("links") and structure == "none":
        raise click.BadParameter("links are written only with --structure markdown", param_hint="--links")
    return OptionalFields(options.get("captions", False), structure)


def dedup_settings(options: dict[str, Any]) -> "DedupSettings":
    """Return a command's options of duplicates, with defaults for options that the command does not have."""
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
            raise click.BadParameter(f"'{word}' is neither {' nor '.join(known)}.", param_hint="--skip")
    return tuple(word for word in known if word in words)


def size(given: str, option: str) -> int:
    """Return the bytes of an option: a number, or one with kB, MB, GB, kiB, MiB, GiB.  Raises click.BadParameter.

    >>> size("1.5 GB", "--memory"), size("1GiB", "--memory")
    (1500000000, 1073741824)
    """
    match = re.fullmatch(r"(\d+|\d*\.\d+)\s*(?:([kMG])(i?))?B?", given.strip(), re.IGNORECASE)
    if not match or len(match[1]) > MAX_DIGITS:
        raise click.BadParameter(f"'{given}' is not a size.  Write a size such as 512MB or 2GB.", param_hint=option)
    power = " kmg".index((match[2] or " ").lower())
    found = int(float(match[1]) * (1024 if match[3] else 1000) ** power)
    if found < MIN_BYTES:
        raise click.BadParameter(f"'{given}' is too small.  Write a size such as 512MB or 2GB.", param_hint=option)
    return found


def today(added: str = "") -> date:
    """Return the day of the time for the records.  Raises click.BadParameter."""
    return date.fromisoformat(time_added(added)[:10])


def exception_end() -> date:
    """Return the last day of an exception that is proposed today."""
    return today() + timedelta(EXCEPTION_DAYS)


def is_time_fixed(given: str) -> bool:
    """Return true if the time in the records does not come from the clock."""
    return bool(given or os.environ.get("SOURCE_DATE_EPOCH"))


def time_added(given: str) -> str:
    """Return the time for the records: the given one, or SOURCE_DATE_EPOCH, or now.  Raises click.BadParameter."""
    from etl.dates import instant, written

    if given:
        if not (time := instant(given)):
            fault = f"'{given}' is not a time.  Write a time such as 2026-11-22 or 2026-11-22T08:30:00Z."
            raise click.BadParameter(fault, param_hint="--added")
        return time
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    except (ValueError, OverflowError, OSError):
        raise click.BadParameter(f"'{epoch}' is not a number of seconds.", param_hint="SOURCE_DATE_EPOCH") from None
    return written(moment)
