"""What people search for: counted, told as trends, and suggested to who begins to type it."""

from search.terms.popular import Terms

__all__ = ["Terms"]
