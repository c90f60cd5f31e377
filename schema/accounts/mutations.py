"""Mutations of people."""

import strawberry

from people.accounts import actions
from schema.accounts.inputs import SignUpInput
from schema.accounts.types import SessionPayload
from schema.context import Info
from schema.errors import mutation


@strawberry.type
class AccountMutations:
    @mutation("Creates an account and signs it in. Refused with INVALID or ALREADY_EXISTS.")
    async def sign_up(self, info: Info, input: SignUpInput) -> SessionPayload:
        session = await actions.sign_up(input.handle, input.display_name, input.password)
        return SessionPayload.of(session=session)
