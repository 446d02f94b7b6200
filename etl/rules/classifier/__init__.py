"""Furniture that has no label, told by its words, its shape and its neighbours; no list of words of any language.

text         characters and tokens of a batch, as arrays
lexicon      what a block speaks of: hashed words, one number a block
comments     marks of readers' comments
features     all that the forest asks, as columns
model        lexicon and forest: scores, predictions, evidence
floor        sentences of the story, which no judge by surroundings may take
"""
