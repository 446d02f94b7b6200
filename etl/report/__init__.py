"""A run as pages for people: totals, charts, and articles with all of their changes.

reading       articles + audit of a run -> its documents, each proved
changes       a document -> its articles, block by block; compare: a duplicate beside its keeper (duplicates)
totals        what the run comes to; sample: which articles are shown
overview      totals -> rows, tiles, warnings; charts: SVG; pages: the values of whole pages
render        templates, filled; ready: exceptions, examples and rules to copy
writing       one page of bounded size; folder: pages with all articles; files: where they go
review        what a click may do; effect: what a rule would take; pack_folder: what is written; server: who may ask
"""
