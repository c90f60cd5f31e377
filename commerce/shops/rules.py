"""What shops may look like."""

from core import validation


def name(value: str) -> str:
    """Raises Invalid unless it has 1 to 40 characters."""
    return validation.text(value, "name", most=40)
