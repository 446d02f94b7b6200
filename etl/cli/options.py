"""Options that commands share, in groups.  `settings` converts their values for a run."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from etl.cli.command import SHOW_SETTINGS, option, stacked
from etl.cli.types import Count, Encoding, Folder, Number, Output, RuleNames

FORMATS = ("text", "html", "jsonl", "json", "csv", "parquet", "arrow", "warc", "feed")
SHAPES = ("copydesk", "dolma", "hf", "trafilatura", "schema.org")
# The words for shingles in help texts, if a command has no --shingles.
WORD_TRIPLES = "word triples"


def output_option(endings: str) -> Callable[[Any], Any]:
    """Return the option for the output, with the endings that files can have."""
    return option(
        "Output",
        "-o",
        "--output",
        type=Output(),
        default="",
        metavar="PATH",
        help=f"A file ({endings}), a folder (a name without an ending), or an object store (s3://…).  "
        "[default: stdout]",
    )


shape_option = option(
    "Output",
    "--shape",
    type=click.Choice(SHAPES),
    default="copydesk",
    show_default=True,
    help="The field names of the records: those of copydesk, or of another tool.",
)

json_option = option("Output", "--json", "as_json", is_flag=True, help="Print JSON.")

summary_options = stacked(
    option("Output", "--json", "as_json", is_flag=True, help="Print the summary as JSON on stderr, also with -q."),
    option("Output", "-q", "--quiet", is_flag=True, help="Print no summary; errors are still shown."),
)

audit_option = option(
    "Input", "--audit", type=click.Path(path_type=Path), help="The audit.  [default: the one beside the articles]"
)

seed_option = option(
    "Input", "--seed", type=int, default=0, show_default=True, metavar="N", help="Another seed shows other articles."
)

articles_argument = click.argument("articles", type=click.Path(path_type=Path), metavar="ARTICLES")

inputs_argument = click.argument("inputs", nargs=-1, required=True, type=click.Path(readable=False), metavar="INPUT...")

finding_options = stacked(
    option(
        "Input",
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Do not read files and folders that match a pattern, written as in .gitignore; repeatable.",
    ),
    option("Input", "--no-ignore", is_flag=True, help="Also read files that a .gitignore names."),
    option("Input", "--stdin-filename", default="", metavar="NAME", help="Use this file name for standard input (-)."),
)

show_options = stacked(
    option(
        "Input",
        "--show-files",
        is_flag=True,
        help="List the files that would be read, and stop.  On stderr, also list what would be passed over (not read), "
        "each with the reason.",
    ),
    option(
        "Other",
        SHOW_SETTINGS,
        is_flag=True,
        help="List every option, its value and where the value comes from, and stop.",
    ),
)

text_field_option = option(
    "Reading",
    "--text-field",
    default="",
    metavar="NAME",
    help="The field that holds the text.  [default: text, content, body …]",
)

reading_options = stacked(
    option(
        "Reading",
        "--from",
        "form",
        type=click.Choice(FORMATS),
        help="The format of the input.  With this option, files of a folder are read whatever their suffix is.  "
        "[default: from its content, then its name]",
    ),
    option(
        "Reading",
        "--text-field",
        default="",
        metavar="PATH",
        help="The field of a record that holds the text, such as body or data.content.  "
        "[default: text, content, body …]",
    ),
    option("Reading", "--html-field", default="", metavar="PATH", help="The field of a record that holds the HTML."),
    option(
        "Reading",
        "--map",
        "mapped",
        multiple=True,
        metavar="FIELD=PATH",
        help="Fill a field of the article from a field of the record: created=meta.date.  FIELD is headline, "
        "publisher, author, created, url, language, id, text or html; repeatable.",
    ),
    option(
        "Reading",
        "--detect/--no-detect",
        "detect",
        default=True,
        help="If the source of a text does not name its language, detect it.  [default: detect]",
    ),
    option(
        "Reading",
        "--publisher",
        default="",
        metavar="NAME",
        help="The publisher of all inputs, except texts whose headline names another.  "
        "The rules for this publisher apply.",
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
        type=click.Path(readable=False),
        multiple=True,
        metavar="PACK",
        help="Also use this rule pack: a .toml file or a folder of them; repeatable.",
    ),
    option(
        "Rules",
        "--only-rules",
        is_flag=True,
        help="Use only your own packs: no built-in rules, no classifier and no page model.",
    ),
    option(
        "Rules",
        "--select",
        type=RuleNames(),
        multiple=True,
        metavar="IDS",
        help="Use only these rules: ids, packs (npr) or patterns (core/*), separated by commas; repeatable.",
    ),
    option(
        "Rules",
        "--ignore",
        type=RuleNames(),
        multiple=True,
        metavar="IDS",
        help="Do not use these rules, written as for --select.",
    ),
    option(
        "Rules",
        "--profile",
        type=click.Choice(["careful", "standard", "hard"]),
        default="standard",
        show_default=True,
        help="Which rules to use, by their confidence.  careful: certain; standard: certain and likely; hard: all.",
    ),
    option(
        "Rules",
        "--repair",
        "repairs",
        type=click.Choice(["sure", "risky"]),
        default="sure",
        show_default=True,
        help="Which damaged characters to repair.  sure: only if the repair is certain; risky: also if the repair is "
        "likely.",
    ),
)

index_option = option(
    "Index",
    "--index",
    type=Folder(),
    default="",
    metavar="DIR",
    help="The folder of an index.  Also find duplicates of text that earlier runs with this index have kept.  "
    "clean and dedup add to the index what they keep.",
)


def similarity_options(shingles: str) -> Callable[[Any], Any]:
    """Return the options for what counts as a duplicate; `shingles` are the words for shingles in their help."""
    return stacked(
        option(
            "Duplicates",
            "--threshold",
            type=Number(0.3, 1.0),
            default=0.7,
            show_default=True,
            metavar="J",
            help=f"The lowest similarity of two duplicates: the exact Jaccard similarity of their {shingles}.",
        ),
        option(
            "Duplicates",
            "--numbers",
            type=click.Choice(["same", "any"]),
            default="same",
            show_default=True,
            help="same: paragraphs with different figures, names or dates are not duplicates; any: they can be.  "
            "docs/how-to.md describes an exception for datelines.",
        ),
        option(
            "Duplicates",
            "--copies",
            type=click.Choice(["similar", "lossless"]),
            default="similar",
            show_default=True,
            help="similar: remove every near-duplicate; lossless: remove a near-duplicate only if all of its "
            f"{shingles} are also in the text that is kept in its place.",
        ),
        option(
            "Duplicates",
            "--keep",
            type=click.Choice(["first", "longest"]),
            default="first",
            show_default=True,
            help="Which of several duplicates to keep.  first: the one that is read first; longest: the one in the "
            "longest article.",
        ),
    )


duplicate_options = stacked(
    option(
        "Duplicates",
        "--dedup",
        type=click.Choice(["off", "article", "run"]),
        default="run",
        show_default=True,
        help="Where to look for near-duplicates.  off: nowhere; article: among the paragraphs of each article; run: "
        "among all paragraphs and articles of the run.",
    ),
    similarity_options(WORD_TRIPLES),
    option(
        "Duplicates",
        "--dedup-action",
        type=click.Choice(["drop", "tag"]),
        default="drop",
        show_default=True,
        help="drop: remove duplicates; tag: keep them, and record them in the audit.",
    ),
)

dedup_options = stacked(duplicate_options, index_option)

unit_option = partial(
    option, "Duplicates", "--unit", type=click.Choice(["paragraph", "article"]), default="article", show_default=True
)

memory_option = option(
    "Running",
    "--memory",
    default="1GB",
    show_default=True,
    metavar="SIZE",
    help="Memory for finding duplicates, such as 512MB or 4GB.  If it is not enough, files are used.",
)

capacity_options = stacked(
    option(
        "Running",
        "-j",
        "--jobs",
        type=Count(1),
        default=os.cpu_count() or 1,
        metavar="N",
        help="Number of processes.  [default: one per core]",
    ),
    memory_option,
)

work_option = partial(option, "Running", "--work", type=Folder(), default="", metavar="DIR")

resume_option = option(
    "Running", "--resume", is_flag=True, help="Continue an unfinished run into the same local file or folder."
)

shard_size_option = option(
    "Running", "--shard-size", default="4MiB", metavar="SIZE", hidden=True, help="What a task reads at once."
)

running_options = stacked(
    capacity_options,
    option(
        "Running",
        "--engine",
        type=click.Choice(["local", "spark"]),
        default="local",
        show_default=True,
        help="local: run on this machine; spark: run on a Spark cluster that has access to the same folders.",
    ),
    option(
        "Running",
        "--master",
        default="",
        metavar="URL",
        help="The Spark cluster: spark://HOST:PORT, local[N] …  [default: from Spark's configuration]",
    ),
    shard_size_option,
    work_option(
        help="The folder for temporary files, if the output is stdout or an object store.  [default: the system's]"
    ),
    option(
        "Running",
        "--max-errors",
        type=Count(0),
        default=0,
        metavar="N",
        help="Exit with 4 only if more than N files or records could not be read.  [default: 0]",
    ),
)
