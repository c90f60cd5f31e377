"""Types of people."""

import datetime

import strawberry

import execution
from people.accounts import Account, Identity
from schema.accounts import fields
from schema.batching import batched
from schema.errors import Payload, payload
from schema.follows import fields as follow_fields
from schema.ids import global_id
from schema.node import Node
from schema.pagination import Connection, connection
from schema.refs import (
    GroupBuyTeamConnectionRef,
    LiveStreamConnectionRef,
    NoteConnectionRef,
    OrderConnectionRef,
    ShopRef,
    UserConnectionRef,
    UserRef,
)
from schema.scalars import URL


@strawberry.type(description="A person: reader, author, host or shop owner.")
class User(Node):
    id: strawberry.ID = global_id("user")
    handle: str = strawberry.field(
        description="Unique, case-insensitive, 2 to 30 letters (any script), digits and underscores."
    )
    display_name: str = strawberry.field(description="How the person wants to be called, 1 to 40 characters.")
    bio: str = strawberry.field(
        description="What the person says of themselves, up to 500 characters.", metadata=execution.amount(30, most=500)
    )
    avatar_url: URL | None = strawberry.field(description="A square picture.")
    is_kol: bool = strawberry.field(description="A key opinion leader, verified by the platform in `specialty`.")
    specialty: str | None = strawberry.field(description="What a key opinion leader is verified in.")
    follower_count: int = strawberry.field(description="People who follow this person.")
    following_count: int = strawberry.field(description="People whom this person follows.")
    note_count: int = strawberry.field(description="Published notes.")
    viewer_is_following: bool = batched(
        follow_fields.viewer_is_following, description="Whether you follow this person; false for nobody."
    )
    follows_viewer: bool = batched(
        follow_fields.follows_viewer, description="Whether this person follows you; false for nobody."
    )
    notes: NoteConnectionRef = batched(fields.notes, description="Published notes, newest first.")
    followers: UserConnectionRef = batched(
        follow_fields.followers, description="People who follow this person, those who came last first."
    )
    following: UserConnectionRef = batched(
        follow_fields.following, description="People whom this person follows, the last first."
    )
    live_streams: LiveStreamConnectionRef = batched(
        fields.live_streams, description="Streams that this person hosts, newest first."
    )
    shop: ShopRef | None = batched(fields.shop, description="The person's shop; null without one.")
    created_at: datetime.datetime = strawberry.field(description="When the person signed up.")

    is_type_of = execution.records(Account)


@connection("person", "people")
class UserConnection(Connection[User]):
    pass


@strawberry.type(description="What only the signed-in person may see.")
class Viewer(Node):
    id: strawberry.ID = global_id("viewer", "account_id")
    user: UserRef = batched(fields.viewer_user, description="Your public side.")
    orders: OrderConnectionRef = batched(fields.orders, description="Your orders, newest first.")
    teams: GroupBuyTeamConnectionRef = batched(
        fields.teams, description="The teams that you hold a seat in, newest first."
    )
    blocked: UserConnectionRef = batched(follow_fields.blocked, description="People whom you blocked, the last first.")
    suggested_users: list[UserRef] = batched(
        fields.suggested_users,
        description="People whom you may want to follow and do not yet, the best first: whom those whom you follow"
        " follow, and who writes what suits your taste.",
    )

    is_type_of = execution.records(Identity)


@strawberry.type(description="Tokens of a signed-in device. Both are secrets; the refresh token is good once.")
class Session:
    access_token: str = strawberry.field(description='Send it as "Authorization: Bearer …".')
    refresh_token: str = strawberry.field(description="Give it to `refreshSession` for new tokens; good once, 30 days.")
    expires_at: datetime.datetime = strawberry.field(description="When the access token ends.")
    device_token: str = strawberry.field(
        description="Proof that this device signed in to this account: give it to `signIn`, and wrong passwords of"
        " others do not hold this device up. 1 year, or until the password changes; keep it after signing out."
    )
    user: UserRef = batched(fields.session_user, description="Who is signed in.")


@payload("A new session, or why there is none.")
class SessionPayload(Payload):
    session: Session | None


@payload("That the session has ended, or why not.")
class SignOutPayload(Payload):
    pass


@payload("The person as they are now, or why nothing was done.")
class UserPayload(Payload):
    user: User | None
