"""Mutations of products."""

from uuid import UUID

import strawberry

from commerce.catalogue import NewVariant, actions
from schema.catalogue.inputs import CreateProductInput, UpdateStockInput
from schema.catalogue.types import ProductPayload, ProductVariantPayload
from schema.errors import mutation


@strawberry.type
class ProductMutations:
    @mutation(
        "Puts a product into the viewer's shop. Refused with UNAUTHENTICATED, INVALID, or FORBIDDEN without a shop."
    )
    async def create_product(self, viewer_id: UUID, input: CreateProductInput) -> ProductPayload:
        product = await actions.create_product(
            viewer_id,
            input.title,
            input.description,
            input.image_urls,
            input.currency,
            [NewVariant(variant.name, variant.price, variant.stock, variant.sku) for variant in input.variants],
        )
        return ProductPayload.of(product=product)

    @mutation(
        "Sets how many units of a variant there are. Refused with UNAUTHENTICATED, INVALID, NOT_FOUND, FORBIDDEN for"
        " another's shop, or WRONG_STATE when more units are held."
    )
    async def update_stock(self, viewer_id: UUID, input: UpdateStockInput) -> ProductVariantPayload:
        return ProductVariantPayload.of(variant=await actions.update_stock(viewer_id, input.variant_id, input.stock))
