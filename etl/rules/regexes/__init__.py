"""The regexes of rules: what they require of a text, what `@names` in them stand for, and how they run.

syntax       the only module that uses the parser of `re`
literals     the literals of which at least one is in each text that a regex matches, and where
reach        how many characters a regex can match, and what it can look at
fragments    lists of alternatives and `@names`, expanded when a pack is loaded
publishers   `@publisher`: the names of publishers in a text
compiled     a compiled regex
bounds       limits on the size of a user's regex
budget       the time that users' regexes may take
"""
