"""What one operation may ask for, decided before anything is executed.

The shape of a document (`shape`) is measured without the schema and before validation, whose own effort grows with the
square of what must be merged. What an operation costs (`prices`, remembered by `costs`) follows from how much each
field declares to hold. `ceilings` says how much is too much, and how that is told.
"""

from api.limits.ceilings import Limits, TooComplex
from api.limits.costs import Costs
from api.limits.prices import Price, fragments_of
from api.limits.shape import check_shape

__all__ = ["Costs", "Limits", "Price", "TooComplex", "check_shape", "fragments_of"]
