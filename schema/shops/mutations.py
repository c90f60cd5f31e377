"""Mutations of shops."""

from uuid import UUID

import strawberry

from commerce.shops import actions
from schema.errors import mutation
from schema.shops.inputs import OpenShopInput
from schema.shops.types import ShopPayload


@strawberry.type
class ShopMutations:
    @mutation("Opens the viewer's shop. Refused with UNAUTHENTICATED, INVALID, or ALREADY_EXISTS for a second one.")
    async def open_shop(self, viewer_id: UUID, input: OpenShopInput) -> ShopPayload:
        return ShopPayload.of(shop=await actions.open_shop(viewer_id, input.name))
