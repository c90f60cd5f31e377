# Rooms that became others: databases know their history by the old label.
SUCCESSORS = {"products": ("catalogue", "shops")}
