"""Options that commands share, in groups.  `settings` converts their values for a run."""

import os

import click

from etl.cli.command import SHOW_SETTINGS
from etl.cli.command import GroupedCommand as GroupedCommand
from etl.cli.command import option as option
from etl.cli.command import stacked as stacked
from etl.cli.types import Encoding, Folder, Number, RuleNames

FORMATS = ("text", "html", "jsonl", "json", "csv", "parquet", "arrow", "warc", "feed")
SHAPES = ("copydesk", "dolma", "hf", "trafilatura", "schema.org")


output_option = option(
    "Output",
    "-o",
    "--output",
    type=click.Path(readable=False),
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

inputs_argument = click.argument("inputs", nargs=-1, required=True, type=click.Path(readable=False), metavar="INPUT...")

finding_options = stacked(
    option(
        "Input",
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Skip files and folders that match a pattern, written as in .gitignore; repeatable.",
    ),
    option("Input", "--no-ignore", is_flag=True, help="Also read files that a .gitignore names."),
    option("Input", "--stdin-filename", default="", metavar="NAME", help="A file name for standard input (-)."),
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
        help="The format of the input; in a folder, files with any suffix are read.  "
        "[default: from its content, then its name]",
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
        help="Where a field of the article is in the records: created=meta.date.  FIELD is headline, publisher, "
        "author, created, url, language or id; repeatable.",
    ),
    option(
        "Reading",
        "--detect/--no-detect",
        "detect",
        default=True,
        help="Detect the language of a text if its source does not name it.  [default: detect]",
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
        type=click.Path(readable=False),
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
        help="Which rules to use, by confidence.  careful: certain; standard: also likely; hard: also guess.",
    ),
    option(
        "Rules",
        "--repair",
        "repairs",
        type=click.Choice(["sure", "risky"]),
        default="sure",
        show_default=True,
        help="Which damage to repair.  sure: only if the repair is certain; risky: also if it is likely.",
    ),
)

index_option = option(
    "Index",
    "--index",
    type=Folder(),
    default="",
    metavar="DIR",
    help="Also compare with what earlier runs kept.  clean and dedup add to this index what they keep.",
)

similarity_options = stacked(
    option(
        "Duplicates",
        "--threshold",
        type=Number(0.3, 1.0),
        default=0.7,
        show_default=True,
        metavar="J",
        help="The least similarity of two duplicates: exact Jaccard similarity of their word triples.",
    ),
    option(
        "Duplicates",
        "--numbers",
        type=click.Choice(["same", "any"]),
        default="same",
        show_default=True,
        help="same: paragraphs with different figures, names or dates are not duplicates (for the exception of "
        "datelines, see docs/how-to.md); any: they may be.",
    ),
    option(
        "Duplicates",
        "--copies",
        type=click.Choice(["similar", "lossless"]),
        default="similar",
        show_default=True,
        help="similar: drop near-duplicates; lossless: drop one only if the kept one has all of its word triples.",
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

duplicate_options = stacked(
    option(
        "Duplicates",
        "--dedup",
        type=click.Choice(["off", "article", "run"]),
        default="run",
        show_default=True,
        help="Where to look for near-duplicate paragraphs and articles: nowhere, in each article, in the whole run.",
    ),
    similarity_options,
    option(
        "Duplicates",
        "--dedup-action",
        type=click.Choice(["drop", "tag"]),
        default="drop",
        show_default=True,
        help="Remove duplicates, or keep them and record them in the audit.",
    ),
)

dedup_options = stacked(duplicate_options, index_option)


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
        help="Memory for finding duplicates; if it is not enough, files are used.",
    ),
)


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
        help="Run in processes on this machine, or on a Spark cluster with access to the same folders.",
    ),
    option(
        "Running",
        "--master",
        default="",
        metavar="URL",
        help="The Spark cluster: spark://HOST:PORT, local[N] …  [default: from Spark's configuration]",
    ),
    shard_size_option,
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
