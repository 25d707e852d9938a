"""Cards (README.md) of what stages make: of data sets as `datasets` reads them, of policies as the model hub shows them.

A card is made from what its stage has measured and recorded, and from nothing that differs from one run of it to the next: no
date, no duration, no path of the machine. The same run writes the same bytes. Nothing that a stage computes depends on a card.
"""
