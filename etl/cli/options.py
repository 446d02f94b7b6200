"""Options that commands share, in groups.  `settings` makes of their values what a run needs."""

import os
from typing import TYPE_CHECKING

import click

from etl.cli.command import SHOW_SETTINGS
from etl.cli.command import GroupedCommand as GroupedCommand
from etl.cli.command import option as option
from etl.cli.command import stacked as stacked
from etl.cli.types import Encoding, Folder, Likeness, RuleNames

if TYPE_CHECKING:  # a command that lists rules need not wait for the stages
    pass

FORMATS = ("text", "html", "jsonl", "json", "csv", "parquet", "arrow", "warc", "feed")
SHAPES = ("copydesk", "dolma", "hf", "trafilatura", "schema.org")


output_option = option(
    "Output",
    "-o",
    "--output",
    type=click.Path(),
    default="",
    metavar="PATH",
    help="A file (.jsonl .jsonl.gz .jsonl.zst .parquet), a folder, or an address (s3://…).  [default: stdout]",
)

shape_option = option(
    "Output",
    "--shape",
    type=click.Choice(SHAPES),
    default="copydesk",
    show_default=True,
    help="The fields of the records: copydesk's, or those of another tool.",
)

inputs_argument = click.argument("inputs", nargs=-1, required=True, type=click.Path(), metavar="INPUT...")

finding_options = stacked(
    option(
        "Input",
        "--exclude",
        multiple=True,
        metavar="GLOB",
        help="Pass over these files and folders, as a line of .gitignore names them; repeatable.",
    ),
    option("Input", "--no-ignore", is_flag=True, help="Read also what a .gitignore names."),
    option("Input", "--stdin-filename", default="", metavar="NAME", help="The name of what `-` reads."),
)

show_options = stacked(
    option("Input", "--show-files", is_flag=True, help="Print the files that would be read, and read none."),
    option("Other", SHOW_SETTINGS, is_flag=True, help="Print each option, its value, and where that is from."),
)

reading_options = stacked(
    option(
        "Reading",
        "--from",
        "form",
        type=click.Choice(FORMATS),
        help="What the input is.  [default: by its content, then its name]",
    ),
    option(
        "Reading",
        "--text-field",
        default="",
        metavar="PATH",
        help="The field of a record that holds text: body, data.content.  [default: text, content, body …]",
    ),
    option("Reading", "--html-field", default="", metavar="PATH", help="The field of a record that holds HTML."),
    option(
        "Reading",
        "--map",
        "mapped",
        multiple=True,
        metavar="FIELD=PATH",
        help="Where records have headline, publisher, author, created, url, language, id; repeatable.",
    ),
    option(
        "Reading",
        "--detect/--no-detect",
        "detect",
        default=True,
        help="Find the language of texts whose source does not name it.  [default: detect]",
    ),
    option(
        "Reading",
        "--publisher",
        default="",
        metavar="NAME",
        help="Who published all of it; rules for that publisher apply.",
    ),
    option(
        "Reading",
        "--encoding",
        type=Encoding(),
        default="",
        metavar="NAME",
        help="The encoding of the bytes.  [default: found out]",
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
        help="A pack of yours, a .toml file or a folder of them; repeatable.",
    ),
    option("Rules", "--only-rules", is_flag=True, help="Judge by the packs of --rules alone."),
    option(
        "Rules",
        "--select",
        type=RuleNames(),
        multiple=True,
        metavar="IDS",
        help="Judge by these rules only: ids, packs (npr) or patterns (core/*), with commas or repeated.",
    ),
    option(
        "Rules",
        "--ignore",
        type=RuleNames(),
        multiple=True,
        metavar="IDS",
        help="Leave these rules out, named likewise.",
    ),
    option(
        "Rules",
        "--profile",
        type=click.Choice(["careful", "standard", "hard"]),
        default="standard",
        show_default=True,
        help="How bold: rules that are certain, also likely ones, also guesses.",
    ),
    option(
        "Rules",
        "--repair",
        "repairs",
        type=click.Choice(["sure", "risky"]),
        default="sure",
        show_default=True,
        help="Which damage to undo: what is proved, or also what is only likely.",
    ),
)

index_option = option(
    "Index",
    "--index",
    type=Folder(),
    default="",
    metavar="DIR",
    help="What earlier runs kept counts as seen, and what this one keeps is added when it is done.",
)

similarity_options = stacked(
    option(
        "Copies",
        "--threshold",
        type=Likeness(),
        default=0.7,
        show_default=True,
        metavar="J",
        help="The lowest similarity of a duplicate (exact Jaccard of its word triples).",
    ),
    option(
        "Copies",
        "--numbers",
        type=click.Choice(["same", "any"]),
        default="same",
        show_default=True,
        help="Figures and names are facts: blocks that state others are no copies, unless 'any'.",
    ),
    option(
        "Copies",
        "--copies",
        type=click.Choice(["similar", "lossless"]),
        default="similar",
        show_default=True,
        help="Drop what is similar and states the same facts; or only what its keeper holds word for word.",
    ),
    option(
        "Copies",
        "--keep",
        type=click.Choice(["first", "longest"]),
        default="first",
        show_default=True,
        help="Of copies, keep the first, or the one in the longest article.",
    ),
)

dedup_options = stacked(
    option(
        "Copies",
        "--dedup",
        type=click.Choice(["off", "article", "run"]),
        default="run",
        show_default=True,
        help="How far to look for near-duplicate paragraphs, and articles.",
    ),
    index_option,
    similarity_options,
    option(
        "Copies",
        "--dedup-action",
        type=click.Choice(["drop", "tag"]),
        default="drop",
        show_default=True,
        help="Take copies out, or only book them.",
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
        help="Processes.  [default: one a core]",
    ),
    option(
        "Running",
        "--memory",
        default="1GB",
        show_default=True,
        metavar="SIZE",
        help="What finding copies may hold in memory; past it, they are sought from files.",
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
        help="Run in processes of this machine, or on a Spark cluster that sees the same folders.",
    ),
    option(
        "Running",
        "--master",
        default="",
        metavar="URL",
        help="The Spark cluster: spark://HOST:PORT, local[N] …  [default: that of Spark's configuration]",
    ),
    option("Running", "--shard-size", default="4MiB", metavar="SIZE", hidden=True, help="What a task reads at once."),
    option("Running", "--resume", is_flag=True, help="Go on with a run into the same output that was left unfinished."),
    option(
        "Running",
        "--work",
        type=Folder(),
        default="",
        metavar="DIR",
        help="Folder for files between the stages if the output is standard output.  [default: the system's]",
    ),
    option(
        "Running",
        "--max-errors",
        type=click.IntRange(0),
        default=0,
        metavar="N",
        help="Exit 4 only if more than N inputs could not be read.  [default: 0]",
    ),
)
