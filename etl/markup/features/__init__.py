"""What the page model knows of a line: named columns over all lines of a page, from counts by one division each.

Counts are integers and every ratio is one division, so that columns are the same on any machine.

    catalogue   the names of all features, with what each says
    texts       what a line says: its length, ending, signs, words
    places      how it is set and where: links, attributes around it, distance from the headline
    boxes       what else is in the boxes around it, and which box is most of the story
    neighbours  the lines above and below, copies, the heading of its section
    sources     whether the page's JSON-LD or description has its words
    context     what the first pass thinks of its neighbourhood: for the second pass
"""
