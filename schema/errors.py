"""How refusals become user errors, and how everything else is masked. Nothing else in the graph catches exceptions."""

import enum
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Self, TypeVar, get_type_hints

import strawberry
from graphql import GraphQLError
from strawberry import enum_value
from strawberry.types import get_object_definition

import execution
from core import languages, validation
from core.errors import Refusal
from schema import ids, rates, words
from schema.context import Context, Info
from schema.effort import CHANGE, Effort, effort

logger = logging.getLogger(__name__)


@strawberry.enum(description="Stable codes of expected refusals. The list grows: treat one you do not know as INVALID.")
class UserErrorCode(enum.Enum):
    UNAUTHENTICATED = enum_value(
        "UNAUTHENTICATED", description="Nobody is signed in, or the password or token is wrong."
    )
    FORBIDDEN = enum_value("FORBIDDEN", description="It is somebody else's, or one of you blocked the other.")
    NOT_FOUND = enum_value("NOT_FOUND", description="No such thing, or not for you to see.")
    INVALID = enum_value("INVALID", description="Malformed: `field` names what, `message` says what would be right.")
    ALREADY_EXISTS = enum_value("ALREADY_EXISTS", description="There is one already.")
    RATE_LIMITED = enum_value("RATE_LIMITED", description="Too often: try again later.")
    OUT_OF_STOCK = enum_value("OUT_OF_STOCK", description="Fewer are left than were asked for.")
    LIMIT_EXCEEDED = enum_value("LIMIT_EXCEEDED", description="More than is allowed.")
    NOT_STARTED = enum_value("NOT_STARTED", description="It has not begun yet.")
    ENDED = enum_value("ENDED", description="It is over.")
    TEAM_FULL = enum_value("TEAM_FULL", description="All seats of the team are taken.")
    TEAM_CLOSED = enum_value("TEAM_CLOSED", description="The team takes nobody any more.")
    ALREADY_IN_TEAM = enum_value("ALREADY_IN_TEAM", description="You hold a seat in this team.")
    SEAT_EXPIRED = enum_value("SEAT_EXPIRED", description="The seat was held for you and not paid in time.")
    PAYMENT_DECLINED = enum_value("PAYMENT_DECLINED", description="The payment network said no: other means may do.")
    WRONG_STATE = enum_value("WRONG_STATE", description="Its state does not allow this any more, or not yet.")
    CONFLICT = enum_value(
        "CONFLICT", description="The `idempotencyKey` stands for another request, or somebody was quicker: read anew."
    )


@strawberry.type(description="An expected refusal, told in the reader's language (Accept-Language: zh or en).")
class UserError:
    code: UserErrorCode = strawberry.field(description="What to program against.")
    message: str = strawberry.field(description="What to show the person.")
    field: list[str] | None = strawberry.field(
        description='The path to the offending input field, e.g. ["input", "quantity"]; null when it is none.',
        metadata=execution.amount(2, most=4),
    )
    retry_after: int | None = strawberry.field(
        default=None,
        description="Seconds until the same request may succeed, at least 1; null unless the code is RATE_LIMITED.",
    )


@strawberry.type
class Payload:
    """What all payloads share; `payload` declares one. `of` takes records where the GraphQL type stands."""

    user_errors: list[UserError] = strawberry.field(
        default_factory=list,
        description="Why it was refused; empty when it was done.",
        metadata=execution.amount(0.1, most=10),
    )

    @classmethod
    def of(cls, **found: Any) -> Self:
        return cls(**found)

    @classmethod
    def refused(cls, refusal: Refusal, language: str, **found: Any) -> Self:
        return cls(user_errors=[_user_error(refusal, language)], **found)


Declared = TypeVar("Declared", bound=type)


def payload(description: str) -> Callable[[Declared], Declared]:
    """Makes a subclass of Payload a type of the graph. A bare attribute `note: Note | None` is null when refused."""

    def declare(cls: Declared) -> Declared:
        for name in inspect.get_annotations(cls):
            if name not in vars(cls):
                setattr(cls, name, strawberry.field(default=None, description="Null when it was refused."))
        return strawberry.type(cls, description=description)

    return declare


def _user_error(refusal: Refusal, language: str) -> UserError:
    return UserError(
        code=UserErrorCode(refusal.code),
        message=words.told(refusal, language),
        field=_path(refusal) or None,
        retry_after=refusal.retry_after,
    )


def _path(refusal: Refusal) -> list[str]:
    return ["input", *(_camel(str(part)) for part in refusal.field)] if refusal.field else []


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


AnyPayload = TypeVar("AnyPayload", bound=Payload)


def mutation(description: str, takes: Effort = CHANGE) -> Callable[[Callable[..., Awaitable[AnyPayload]]], Any]:
    """A mutation field: what its resolver refuses becomes a user error in the payload that it is annotated with.

    The resolver names what it wants: `viewer_id`, and nobody is refused with UNAUTHENTICATED; `info`; and `input`, in
    which ids have become the UUIDs of things of their kind (`ids.given`); it is described as its type is. Before
    anything else the call is counted, and refused when it comes too often (`schema/rates.py`).
    """

    def decorate(resolver: Callable[..., Awaitable[AnyPayload]]) -> Any:
        hints = get_type_hints(resolver, include_extras=True)
        payload_type: type[AnyPayload] = hints.pop("return")
        name = _camel(resolver.__name__)

        async def resolve(self: Any, info: Info, **given: Any) -> AnyPayload:
            known: dict[str, Any] = {"info": info} if "info" in hints else {}
            try:
                await rates.require(info.context, name)
                if "viewer_id" in hints:
                    known["viewer_id"] = info.context.require_viewer()
                if "input" in given:
                    validation.bounded(given["input"])
                    ids.decode_given(given["input"])
                return await _as_seen(await resolver(self, **known, **given), info.context)
            except Refusal as refusal:
                return payload_type.refused(refusal, info.context.language)

        shown = {"self": Any, "info": Info} | {name: _told(kind) for name, kind in hints.items() if name == "input"}
        resolve.__name__, resolve.__module__ = resolver.__name__, resolver.__module__
        resolve.__annotations__ = {**shown, "return": payload_type}
        resolve.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [
                inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=shown[name])
                for name in shown
            ],
            return_annotation=payload_type,
        )
        return strawberry.mutation(resolver=resolve, description=description, metadata=effort(takes))

    return decorate


async def _as_seen(answer: AnyPayload, context: Context) -> AnyPayload:
    """The payload without what is hidden from the viewer, who may still take back what they did to it."""
    if context.apart:
        names = list(vars(answer))
        for name, seen in zip(names, await context.shown([getattr(answer, name) for name in names]), strict=True):
            setattr(answer, name, seen)
    return answer


def _told(kind: Any) -> Any:
    """An input type as an argument with the type's own description."""
    return Annotated[kind, strawberry.argument(description=get_object_definition(kind, strict=True).description)]


def public(error: GraphQLError, context: Context) -> GraphQLError:
    """The error as a client may see it: refusals coded and translated, defects masked behind the request id."""
    cause = error.original_error
    if isinstance(cause, Refusal):
        extensions: dict[str, object] = {"code": cause.code}
        if cause.retry_after is not None:
            extensions["retryAfter"] = cause.retry_after
        return _coded(error, words.told(cause, context.language), extensions)
    if cause is None or isinstance(cause, GraphQLError):
        return error
    logger.error("request %s failed at %s", context.request_id, error.path, exc_info=cause)
    message = languages.told(context.language, zh="服务器内部错误", en="Internal error")
    return _coded(error, message, {"code": "INTERNAL", "requestId": context.request_id})


def _coded(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(message, nodes=error.nodes, path=error.path, extensions=extensions)
