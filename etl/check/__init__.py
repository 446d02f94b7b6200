"""Checks: pages, articles and audits -> findings, held against limits and a baseline.

checks        the table of checks
records       which documents are articles, and what their records say
tasks         the work of a check on one shard, by the path of `clean`; run: over all shards
furniture     what cleaning would take; articles: what is wrong with one by itself; audits: books that do not fit
recurring     short lines that no rule knows
tally         findings counted by key, and against limits; limits: what is allowed
baseline      the accepted state; drift: a template that changed since
judge         what was found -> a report; formats/: the report as text, SARIF, JUnit and others
sampling      removals drawn from an audit; verdicts: what a person thinks of them; warranty: what that proves
"""
