"""`copydesk rules`: list, show, test, lint and document the rules."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.cli import options, rule_tools, settings
from etl.cli.command import GroupedCommand, option
from etl.cli.terminal import one_line, say, table, to_json, visible
from etl.cli.types import File, Folder, RuleNames
from etl.errors import UsageError, counted
from etl.reasons import REASONS

if TYPE_CHECKING:
    from etl.packs import Sourced


@click.group()
def rules() -> None:
    """List, show, test and write the rules.

    \b
    Examples:
      copydesk rules show npr/caption-toggle
      copydesk rules suggest pages/ --pack mine > mine.toml
      copydesk rules lint mine.toml && copydesk rules test -r mine.toml
    """


for command in (rule_tools.try_rule, rule_tools.new_rule, rule_tools.suggest_rules, rule_tools.diff_rules):
    rules.add_command(command)


@rules.command("list", cls=GroupedCommand)
@options.json_option
@options.rule_options
def list_rules(as_json: bool, **chosen: Any) -> None:
    """List the selected rules: name, confidence, kind, title."""
    from etl.packs import selected

    found = selected(settings.selection(chosen))
    heads = ("name", "confidence", "kind", "title")
    rows = [(one.name, one.rule.confidence, one.rule.kind, one.rule.title) for one in found]
    if as_json:
        click.echo(to_json([dict(zip(heads, row, strict=True)) for row in rows]))
    else:
        click.echo(visible(table(rows, indent="")))


@rules.command("show", cls=GroupedCommand)
@click.argument("names", type=RuleNames(), nargs=-1, required=True, metavar="RULE...")
@options.rule_options
def show_rule(names: tuple[str, ...], **chosen: Any) -> None:
    """Show rules: what each matches, why, and its examples.

    \b
    Examples:
      copydesk rules show core/read-more
      copydesk rules show duplicate/near
      copydesk rules show mine -r mine.toml

    RULE is a name from a summary or an audit, or the id of a pack.  For a pack, all of its rules are shown.
    """
    from etl.packs import did_you_mean, load_rules

    known = load_rules(settings.selection(chosen))
    found = {called: one for one in known for called in one.called}
    pages: list[str] = []
    for one in (one for name in names for one in name.split("+")):  # repairs of one place are joined in the audit
        if one in REASONS:
            reason = REASONS[one]
            pages.append(f"{one}: {reason.title}\n  why: {reason.why}\n  not a rule of a pack")
        elif one in found:
            pages.append(_page(found[one]))
        elif of_pack := [rule for rule in known if rule.name.startswith(f"{one}/")]:
            pages.extend(map(_page, of_pack))
        else:
            listed = "`copydesk rules list` shows all rules.  If it is in a pack of your own, give the pack with -r."
            way_out = did_you_mean(one, (*found, *REASONS)) or listed
            raise UsageError(one, "no rule or pack has this name", way_out)
    click.echo(visible("\n\n".join(pages)))


@rules.command("test", cls=GroupedCommand)
@click.argument("packs", nargs=-1, type=File(), metavar="[PACK...]")
@options.rule_options
def test_rules(packs: tuple[str, ...], **chosen: Any) -> None:
    """Run the examples of the selected rules.

    A rule must match its `drops`, and no rule may match a `keeps`.  Exits with 1 if an example fails.

    \b
    Examples:
      copydesk rules test                         the built-in rules
      copydesk rules test mine.toml               the built-in rules and your pack
      copydesk rules test --only-rules mine.toml  your pack alone
    """
    from etl.examples import failures
    from etl.packs import selected

    selection = settings.selection({**chosen, "rules": (*chosen["rules"], *packs)})
    failed = list(failures(selection))
    for failure in failed:
        place = f"{failure.sourced.path}:{failure.sourced.line}"
        example, fault = one_line(failure.example, 80), one_line(failure.fault, 200)
        click.echo(f"{place}: rule '{failure.sourced.name}': example “{example}” {fault}\n  {failure.way_out}")
    tested = [one.rule for one in selected(selection)]
    examples = sum(len(rule.drops) + len(rule.keeps) + len(rule.turns) for rule in tested)
    say(f"{counted(len(tested), 'rule')}, {counted(examples, 'example')}, {len(failed)} failed")
    if failed:
        raise SystemExit(1)


@rules.command("lint", cls=GroupedCommand)
@click.argument("packs", nargs=-1, type=click.Path(readable=False), metavar="[PACK...]")
@option(
    "Rules", "-r", "--rules", type=click.Path(readable=False), multiple=True, metavar="PACK", help="Also check PACK."
)
@option("Rules", "--only-rules", is_flag=True, help="Check the packs alone, without the built-in rules.")
@options.json_option
def lint_rules(packs: tuple[str, ...], rules: tuple[str, ...], only_rules: bool, as_json: bool) -> None:
    """Find faults in packs, such as unknown keys and slow regexes.

    \b
    Examples:
      copydesk rules lint                         the built-in packs
      copydesk rules lint mine.toml packs/

    Exits with 1 if there are errors.  docs/rules.md explains the codes.
    """
    from etl.cli.progress import ProgressLine
    from etl.lint import lint

    progress = ProgressLine(is_quiet=as_json)

    def show(done: int, regexes: int) -> None:
        progress.advance(1, 0) if done else progress.start("lint", regexes)

    findings = lint((*rules, *packs), only_rules, show)
    progress.clear()
    for finding in findings:
        click.echo(to_json(finding) if as_json else visible(str(finding)))
    warnings = sum(finding.is_warning for finding in findings)
    say(f"{counted(len(findings) - warnings, 'error')}, {counted(warnings, 'warning')}")
    if len(findings) > warnings:
        raise SystemExit(1)


@rules.command("docs", cls=GroupedCommand)
@click.argument("folder", type=Folder(), metavar="FOLDER")
@option("Output", "--check", is_flag=True, help="Write nothing; exit with 1 if a page is out of date.")
def write_pages(folder: str, check: bool) -> None:
    """Write the manual of the built-in rules.

    The manual has an index, and one page for each file of rules.  The command lists the pages that it changes.

    \b
    Examples:
      copydesk rules docs docs/rules
      copydesk rules docs docs/rules --check
    """
    from etl.rule_tools import stale_pages
    from etl.rule_tools import write_pages as write_rule_pages

    stale = stale_pages(Path(folder))
    if not check:
        write_rule_pages(stale)
    for path in stale:
        click.echo(visible(str(path)))
    if check and stale:
        raise SystemExit(1)


def _page(sourced: "Sourced") -> str:
    from etl.rule_tools.rule_pages import conditions, terms

    rule = sourced.rule
    lines = [
        f"{sourced.name} {sourced.version}: {rule.title}",
        f"  {', '.join(terms(rule))}",
        f"  why: {rule.why}",
        f"  in {sourced.path}:{sourced.line}",
        *(f"  {one_line(line, 160)}" for line in conditions(rule)),
    ]
    keeps = (*rule.keeps, *(rule.unless.keeps if rule.unless else ()))
    for name, examples in (("drops", rule.drops), ("keeps", keeps)):
        lines += [f"  {name}: {one_line(example, 160)}" for example in examples]
    lines += [f"  turns: {before} -> {after}" for before, after in rule.turns]
    return "\n".join(lines)
