"""Scalars as they go over the wire."""

import datetime
import decimal
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

URL = NewType("URL", str)


def _write_instant(instant: datetime.datetime) -> str:
    if instant.tzinfo is not datetime.UTC:
        instant = instant.astimezone(datetime.UTC)
    return instant.isoformat()[: -len("+00:00")] + "Z"


def _read_instant(text: object) -> datetime.datetime:
    try:
        if not isinstance(text, str):
            raise ValueError
        instant = datetime.datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise ValueError
        return instant.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise GraphQLError("DateTime must be an RFC 3339 instant with its offset.") from None


def _read_decimal(text: object) -> decimal.Decimal:
    try:
        if not isinstance(text, str) or len(text) > 40:
            raise ValueError
        number = decimal.Decimal(text)
        if not number.is_finite():
            raise ValueError
        return number
    except (ValueError, decimal.InvalidOperation):
        raise GraphQLError('Decimal must be an exact decimal number in a string, e.g. "12.50".') from None


def _read_url(text: object) -> str:
    if not isinstance(text, str):
        raise GraphQLError("URL must be a string.")
    return text


SCALARS: dict[object, ScalarDefinition] = {
    datetime.datetime: strawberry.scalar(
        name="DateTime",
        description="An instant, RFC 3339 in UTC, e.g. 2026-11-22T05:12:00Z.",
        serialize=_write_instant,
        parse_value=_read_instant,
    ),
    decimal.Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number in a string, e.g. "12.50".',
        serialize=str,
        parse_value=_read_decimal,
    ),
    URL: strawberry.scalar(
        name="URL", description="An absolute http or https URL.", serialize=str, parse_value=_read_url
    ),
}
