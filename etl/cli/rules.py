"""`copydesk rules`: what judges, read and tested by people who write no code."""

from typing import Any

import click

from etl.cli import options
from etl.cli.options import GroupedCommand
from etl.cli.terminal import one_line, table, visible
from etl.errors import UsageError
from etl.packs import Sourced, did_you_mean, load_rules


@click.group()
def rules() -> None:
    """List, show and test the rules.

    \b
    Examples:
      copydesk rules list
      copydesk rules show npr/caption-toggle
      copydesk rules test -r mine.toml
    """


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
    found = {one.name: one for one in load_rules(options.selection(chosen))}
    if name not in found:
        raise UsageError(name, "no rule has this id", did_you_mean(name, found))
    click.echo(visible(_page(found[name])))


@rules.command("test", cls=GroupedCommand)
@options.rule_options
def test_rules(**chosen: Any) -> None:
    """Run the examples of the selected rules; each must be named by its rule, or by none.  Exits 1 if one fails."""
    from etl.examples import failures
    from etl.packs import selected

    selection = options.selection(chosen)
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


def _page(sourced: Sourced) -> str:
    rule = sourced.rule
    scope = ", ".join((*rule.scope.publisher, *rule.scope.format)) or "everywhere"
    lines = [
        f"{sourced.name} {sourced.version}: {rule.title}",
        f"  {rule.action}, {rule.kind}, {rule.confidence}, {scope}",
        f"  why: {rule.why}",
        f"  in {sourced.path}:{sourced.line}",
    ]
    for name, examples in (("names", rule.drops), ("keeps", rule.keeps)):
        lines += [f"  {name}: {one_line(example, 160)}" for example in examples]
    lines += [f"  turns: {before} -> {after}" for before, after in rule.turns]
    return "\n".join(lines)
