"""Checks: findings in pages, articles and audits, compared with limits and a baseline.

model       the records of a check: subjects, findings, limits, the report
checks      the table of checks
records     which records are articles, and faults of their fields
tasks       the work of a check on one shard: documents are judged as in `clean`
run         the tasks of all shards
furniture   findings of rules: what `clean` would remove from a page, and what is left in an article
articles    findings in single articles
audits      audits whose books do not balance
recurring   short recurring lines that no rule matches
tally       counts of findings
limits      what is allowed
baseline    the findings that a user accepted
drift       templates that have changed since the baseline was written
judge       the report: which findings are errors, warnings or notes
origins     the places of findings in the raw pages
formats/    the report as text, SARIF, JUnit and others
sampling    removals that are drawn from an audit
verdicts    a person's verdicts on them
warranty    the exact bound that these verdicts prove
"""
