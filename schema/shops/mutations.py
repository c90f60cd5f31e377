"""Mutations of shops."""

import strawberry

from commerce.shops import actions
from schema.context import Info
from schema.errors import mutation
from schema.shops.inputs import OpenShopInput
from schema.shops.types import ShopPayload


@strawberry.type
class ShopMutations:
    @mutation("Opens the viewer's shop. Refused with UNAUTHENTICATED, INVALID, or ALREADY_EXISTS for a second one.")
    async def open_shop(self, info: Info, input: OpenShopInput) -> ShopPayload:
        return ShopPayload.of(shop=await actions.open_shop(info.context.require_viewer(), input.name))
