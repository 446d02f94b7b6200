"""`copydesk rules`: what judges, read and tested by people who write no code."""

from pathlib import Path
from typing import Any

import click

from etl.cli import author, options
from etl.cli.options import GroupedCommand, option
from etl.cli.terminal import one_line, say, table, visible
from etl.errors import UsageError
from etl.packs import Sourced, did_you_mean, load_rules


@click.group()
def rules() -> None:
    """List, show, test and write the rules.

    \b
    Examples:
      copydesk rules show npr/caption-toggle
      copydesk rules suggest pages/ --pack mine > mine.toml
      copydesk rules lint mine.toml && copydesk rules test -r mine.toml
    """


for command in (author.try_rule, author.new_rule, author.suggest_rules, author.diff_rules):
    rules.add_command(command)


@rules.command("list", cls=GroupedCommand)
@options.rule_options
def list_rules(**chosen: Any) -> None:
    """List the rules that a selection judges by: name, confidence, kind, title."""
    from etl.packs import selected

    found = selected(options.selection(chosen))
    rows = [(one.name, one.rule.confidence, one.rule.kind, one.rule.title) for one in found]
    click.echo(visible(table(rows, indent="")))


@rules.command("show", cls=GroupedCommand)
@click.argument("name", metavar="RULE")
@options.rule_options
def show_rule(name: str, **chosen: Any) -> None:
    """Show one rule: what it names, on what ground, and its examples."""
    found = {called: one for one in load_rules(options.selection(chosen)) for called in one.called}
    if name not in found:
        raise UsageError(name, "no rule has this id", did_you_mean(name, found))
    click.echo(visible(_page(found[name])))


@rules.command("test", cls=GroupedCommand)
@click.argument("packs", nargs=-1, metavar="[PACK...]")
@options.rule_options
def test_rules(packs: tuple[str, ...], **chosen: Any) -> None:
    """Run the examples of the selected rules; each must be named by its rule, or by none.  Exits 1 if one fails.

    \b
    Examples:
      copydesk rules test                         the built-in rules
      copydesk rules test --only-rules mine.toml  those of a pack; the same as -r mine.toml
    """
    from etl.examples import failures
    from etl.packs import selected

    selection = options.selection({**chosen, "rules": (*chosen["rules"], *packs)})
    failed = list(failures(selection))
    for failure in failed:
        place = f"{failure.sourced.path}:{failure.sourced.line}"
        example, fault = one_line(failure.example, 80), one_line(failure.fault, 200)
        click.echo(f"{place}: rule '{failure.sourced.name}': example “{example}” {fault}")
    tested = [one.rule for one in selected(selection)]
    examples = sum(len(rule.drops) + len(rule.keeps) + len(rule.turns) for rule in tested)
    click.echo(f"{len(tested)} rules, {examples} examples, {len(failed)} failed", err=True)
    if failed:
        raise SystemExit(1)


@rules.command("lint", cls=GroupedCommand)
@click.argument("packs", nargs=-1, metavar="[PACK...]")
@option(
    "Rules", "--only-rules", is_flag=True, help="Check names within the packs alone, not beside the built-in rules."
)
def lint_rules(packs: tuple[str, ...], only_rules: bool) -> None:
    """Look for all that is wrong with packs, slow regexes included.

    \b
    Examples:
      copydesk rules lint                         the built-in packs
      copydesk rules lint mine.toml packs/

    Exits 1 if there is more than warnings.  The codes are explained in docs/rules.md.
    """
    from etl.lint import lint

    findings = lint(packs, only_rules)
    for finding in findings:
        click.echo(visible(str(finding)))
    warnings = sum(finding.is_warning for finding in findings)
    say(f"{len(findings) - warnings} errors, {warnings} warnings")
    if len(findings) > warnings:
        raise SystemExit(1)


@rules.command("docs", cls=GroupedCommand)
@click.argument("folder", metavar="FOLDER")
@option("Output", "--check", is_flag=True, help="Write nothing; exit 1 if a page is not as it should be.")
def write_pages(folder: str, check: bool) -> None:
    """Write the manual of the built-in rules; name what changes.

    \b
    Examples:
      copydesk rules docs docs/rules
      copydesk rules docs docs/rules --check
    """
    from etl.author import stale_pages, write_page

    stale = stale_pages(Path(folder))
    for path, text in stale.items():
        click.echo(visible(str(path)))
        if not check:
            write_page(path, text)
    if check and stale:
        raise SystemExit(1)


def _page(sourced: Sourced) -> str:
    from etl.author.manual import terms

    rule = sourced.rule
    lines = [
        f"{sourced.name} {sourced.version}: {rule.title}",
        f"  {', '.join(terms(rule))}",
        f"  why: {rule.why}",
        f"  in {sourced.path}:{sourced.line}",
    ]
    keeps = (*rule.keeps, *(rule.unless.keeps if rule.unless else ()))
    for name, examples in (("names", rule.drops), ("keeps", keeps)):
        lines += [f"  {name}: {one_line(example, 160)}" for example in examples]
    lines += [f"  turns: {before} -> {after}" for before, after in rule.turns]
    return "\n".join(lines)
