"""Inputs of people's mutations."""

import strawberry

from schema.scalars import URL


@strawberry.input(description="A new account.")
class SignUpInput:
    handle: str = strawberry.field(description="2 to 30 letters of any script, digits and underscores; unique.")
    display_name: str = strawberry.field(description="1 to 40 characters.")
    password: str = strawberry.field(description="8 to 128 characters; not a common one, nor your own name.")


@strawberry.input(description="Who wants to sign in.")
class SignInInput:
    handle: str = strawberry.field(description="In whatever case it is written.")
    password: str = strawberry.field(description="The account's password.")
    device_token: str | None = strawberry.field(
        default=None, description="`Session.deviceToken` that this device was given last."
    )


@strawberry.input(description="A session to go on with.")
class RefreshSessionInput:
    refresh_token: str = strawberry.field(
        description="The newest one. A second use of one ends the session, as it may have been stolen."
    )


@strawberry.input(description="What is to change of your public side. What is left out stays.")
class UpdateProfileInput:
    display_name: str | None = strawberry.field(default=None, description="1 to 40 characters; null changes nothing.")
    bio: str | None = strawberry.field(default=None, description="Up to 500 characters; null changes nothing.")
    avatar_url: URL | None = strawberry.field(
        default=strawberry.UNSET, description="A square picture, http or https; null takes the picture away."
    )
