"""Mutations of payouts."""

from uuid import UUID

import strawberry

from commerce.payouts import actions
from schema.context import Info
from schema.errors import mutation
from schema.payouts.inputs import RequestPayoutInput
from schema.payouts.types import PayoutPayload


@strawberry.type
class PayoutMutations:
    @mutation(
        "Takes money off the balance of the viewer's shop, to be sent to its bank less the platform's commission."
        " Refused with UNAUTHENTICATED, INVALID, FORBIDDEN without a shop, LIMIT_EXCEEDED beyond the balance, or"
        " CONFLICT for a reused key."
    )
    async def request_payout(self, viewer_id: UUID, info: Info, input: RequestPayoutInput) -> PayoutPayload:
        commission = info.context.services.settings.commission_basis_points
        payout = await actions.request(viewer_id, input.amount, input.currency, input.idempotency_key, commission)
        return PayoutPayload.of(payout=payout)
