"""Runs GraphQL operations level by level: each selection once for all objects, instead of each field of each object.

graphql-core walks an answer depth first and pays for every field of every object. Here an operation is compiled to a
plan, and a level of the answer, all objects that one selection set applies to, is resolved column by column: an
attribute is one `map`, a batched field one call for all its parents, a leaf one look at the whole column. The schema,
its types, arguments, scalars and introspection stay Strawberry's and graphql-core's, and so does every answer: the same
data, the same errors at the same paths, in the order in which graphql-core meets them when nothing waits.

From the bottom: `columns` of values, `leaves` (how they are written), `members` (what is in a union), and `nodes`, of
which plans consist. `sources` (where values come from) → `plan` (what is selected) → `documents` (when it is planned).
`places` (where values go) → `running` (what a run offers) and `compiled` (values that lie in the objects themselves) →
`completion` (what values become). `failures` (what errors null) → `run`, which walks a plan within its `allowance`.
`executor` is the door; `amounts` are what fields declare of how much they hold.

    strawberry.Schema(Query, execution_context_class=execution.executor_class())
"""

from execution.allowance import Allowance, TooMuch, allowing
from execution.amounts import Amount, amount, amount_of
from execution.executor import BreadthFirst, Executor, executor_class
from execution.members import records
from execution.sources import asks, batches

__all__ = [
    "Allowance",
    "Amount",
    "BreadthFirst",
    "Executor",
    "TooMuch",
    "allowing",
    "amount",
    "amount_of",
    "asks",
    "batches",
    "executor_class",
    "records",
]
