"""The regexes of rules: what they require of a text, what `@names` in them stand for, and how they are run.

syntax       the one door to the parser of `re`
literals     literals of which one stands in every text that a regex matches, and where
reach        what a regex may take, look at, and begin behind
fragments    lists of alternatives and `@names`, written out when a pack is loaded
publishers   `@publisher`: the names of publishers in a text
compiled     a regex ready to run; a user's is bounded in time
"""
