"""The classifier finds furniture by its words, its shape and its neighbours, in any language.

text         characters and tokens of a batch, as arrays
lexicon      a score for the words of a block, from hashes of the words
comments     signs of comments by readers
features     the features that the forest uses, as columns
model        lexicon and forest: scores, probabilities, and the features that decided

Text that is protected from the classifier, and from rules that look at neighbours:

sentences    sentences of the story
tables       cells of tables
letters      names below letters to the editor
facts        facts with labels, such as opening hours
recipes      ingredients of recipes, with their headings
interviews   short questions with their answers
verses       verses, by their commas and small letters
bullets      items of lists between two sentences
timelines    years above what happened in them, titles of entries below their time
"""
