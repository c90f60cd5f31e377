"""Mutations of people."""

from datetime import timedelta
from uuid import UUID

import msgspec
import strawberry

from core.errors import Unauthenticated
from people.accounts import actions, queries, sessions
from schema.accounts.inputs import RefreshSessionInput, SignInInput, SignUpInput, UpdateProfileInput
from schema.accounts.types import SessionPayload, SignOutPayload, UserPayload
from schema.context import Info
from schema.effort import SECRET
from schema.errors import mutation


@strawberry.type
class AccountMutations:
    @mutation("Creates an account and signs it in. Refused with INVALID, ALREADY_EXISTS or RATE_LIMITED.", SECRET)
    async def sign_up(self, input: SignUpInput) -> SessionPayload:
        session = await actions.sign_up(input.handle, input.display_name, input.password)
        return SessionPayload.of(session=session)

    @mutation(
        "Opens a session. Refused with UNAUTHENTICATED, alike for a wrong password and an unknown handle;"
        " with RATE_LIMITED after 10 wrong passwords in 10 minutes for a handle from one address, 50 from one address,"
        " or 100 in an hour for a handle from devices that never signed in to it: one that did is counted by itself.",
        SECRET,
    )
    async def sign_in(self, info: Info, input: SignInInput) -> SessionPayload:
        session = await actions.sign_in(
            input.handle, input.password, address=info.context.address, device_token=input.device_token
        )
        return SessionPayload.of(session=session)

    @mutation(
        "New tokens for the refresh token, which is spent by it; for some seconds more it gives the very same again, so"
        " that two tabs may ask at once. After that it ends its session. Refused with UNAUTHENTICATED.",
        SECRET,
    )
    async def refresh_session(self, info: Info, input: RefreshSessionInput) -> SessionPayload:
        grace = timedelta(seconds=info.context.services.settings.refresh_grace)
        return SessionPayload.of(session=await sessions.refresh(input.refresh_token, grace))

    @mutation(
        "Ends the session of this request: its tokens are worth nothing from now on, and what is open in it is closed."
        " Refused with UNAUTHENTICATED."
    )
    async def sign_out(self, info: Info) -> SignOutPayload:
        viewer = info.context.viewer
        if viewer is None:
            raise Unauthenticated()
        await sessions.end(viewer.account_id, only=[viewer.session_id])
        return SignOutPayload.of()

    @mutation("Changes your public side. Refused with UNAUTHENTICATED or INVALID.")
    async def update_profile(self, viewer_id: UUID, input: UpdateProfileInput) -> UserPayload:
        await actions.update_profile(
            viewer_id,
            display_name=input.display_name,
            bio=input.bio,
            avatar_url=msgspec.UNSET if input.avatar_url is strawberry.UNSET else input.avatar_url,
        )
        [account] = await queries.by_ids([viewer_id])
        return UserPayload.of(user=account)
