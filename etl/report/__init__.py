"""A run as pages that a person reads: totals, charts, and articles with all that was done to them."""
