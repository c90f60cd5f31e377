"""All reads of products and variants, batch first."""

from collections.abc import Sequence
from uuid import UUID

from commerce.catalogue.records import Product, Sellable, Variant
from core import db
from core.gathering import gathered, gathered_lists
from core.pagination import Page, PageRequest, page_of

_PRODUCT = db.columns(Product)
_VARIANT = db.columns(Variant)


@gathered
async def by_ids(ids: list[UUID]) -> dict[UUID, Product]:
    """The products with `ids`, in their order."""
    found = await db.records(Product, f"SELECT {_PRODUCT} FROM products WHERE id = ANY($1)", ids)
    return {product.id: product for product in found}


async def ids_after(last: UUID | None, limit: int) -> list[UUID]:
    """The ids of up to `limit` products that follow `last` (None: the first of all), oldest first."""
    return await db.ids_after("products", last, limit)


@gathered
async def variants_by_ids(ids: list[UUID]) -> dict[UUID, Variant]:
    """The variants with `ids`, in their order."""
    found = await db.records(Variant, f"SELECT {_VARIANT} FROM variants WHERE id = ANY($1)", ids)
    return {variant.id: variant for variant in found}


@gathered_lists
async def variants_of(product_ids: list[UUID]) -> list[tuple[UUID, Variant]]:
    """Each product's variants, in the order in which the shop gave them."""
    found = await db.records(
        Variant, f"SELECT {_VARIANT} FROM variants WHERE product_id = ANY($1) ORDER BY id", product_ids
    )
    return [(variant.product_id, variant) for variant in found]


async def sellable(variant_ids: Sequence[UUID]) -> list[Sellable | None]:
    """What orders of the variants will say, in their order."""
    found = await db.records(
        Sellable,
        "SELECT v.id, v.product_id, v.shop_id, p.title, v.price_minor, v.currency"
        " FROM variants v JOIN products p ON p.id = v.product_id WHERE v.id = ANY($1)",
        list(set(variant_ids)),
    )
    return db.in_order(variant_ids, {item.variant_id: item for item in found})


async def page_by_shop(shop_ids: Sequence[UUID], request: PageRequest[UUID]) -> list[Page[Product]]:
    """A page of each shop's products, newest first."""
    found = await db.records(
        Product,
        f"SELECT {db.columns(Product, 'p')} FROM unnest($1::uuid[]) AS s (id) CROSS JOIN LATERAL"
        f" (SELECT {_PRODUCT} FROM products WHERE shop_id = s.id AND ($2::uuid IS NULL OR id < $2)"
        " ORDER BY id DESC LIMIT $3) p ORDER BY p.id DESC",
        list(set(shop_ids)),
        request.key,
        request.limit + 1,
    )
    grouped: dict[UUID, list[Product]] = {}
    for product in found:
        grouped.setdefault(product.shop_id, []).append(product)
    return [page_of(grouped.get(shop_id, []), request, lambda product: product.id) for shop_id in shop_ids]
