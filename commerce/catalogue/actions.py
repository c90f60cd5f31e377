"""All writes of products. Units are held and sold in `stock.py`."""

from collections.abc import Sequence
from uuid import UUID

from commerce.catalogue import queries, rules
from commerce.catalogue.errors import NeedsShop, StockBelowHeld
from commerce.catalogue.events import ProductCreated, StockChanged
from commerce.catalogue.records import NewVariant, Product, Variant
from commerce.shops import queries as shop_queries
from core import clock, db, outbox, validation
from core.errors import Forbidden, NotFound
from core.ids import new_id
from core.unit_of_work import action


@action
async def create_product(
    owner_id: UUID,
    title: str,
    description: str,
    image_urls: Sequence[str],
    currency: str,
    variants: Sequence[NewVariant],
) -> Product:
    """Puts a product into its owner's shop; prices in major units.

    Raises Invalid or NeedsShop; records ProductCreated.
    """
    currency = validation.currency(currency, "currency")
    clean = rules.variants(variants, currency)
    title, description, image_urls = rules.title(title), rules.description(description), rules.image_urls(image_urls)
    [shop] = await shop_queries.by_owners([owner_id])
    if shop is None:
        raise NeedsShop()
    lowest = min(variant.price_minor for variant in clean)
    product = Product(new_id(), shop.id, title, description, image_urls, currency, lowest, 0, clock.now())
    await _insert(product, clean)
    outbox.record(ProductCreated(product_id=product.id, shop_id=shop.id))
    return product


async def _insert(product: Product, variants: Sequence[rules.CleanVariant]) -> None:
    await db.execute(
        "WITH product AS (INSERT INTO products"
        " (id, shop_id, title, description, image_urls, currency, min_price_minor, sold_count, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8))"
        " INSERT INTO variants (id, product_id, shop_id, currency, held, name, sku, price_minor, stock)"
        " SELECT v.id, $1, $2, $6, 0, v.name, v.sku, v.price_minor, v.stock"
        " FROM unnest($9::uuid[], $10::text[], $11::text[], $12::bigint[], $13::int[])"
        " AS v (id, name, sku, price_minor, stock)",
        product.id,
        product.shop_id,
        product.title,
        product.description,
        product.image_urls,
        product.currency,
        product.min_price_minor,
        product.created_at,
        [new_id() for _ in variants],
        [variant.name for variant in variants],
        [variant.sku for variant in variants],
        [variant.price_minor for variant in variants],
        [variant.stock for variant in variants],
    )


@action
async def update_stock(owner_id: UUID, variant_id: UUID, stock: int) -> Variant:
    """Sets how many units there are, those held included.

    Raises Invalid, NotFound, Forbidden, or StockBelowHeld; records StockChanged.
    """
    stock = rules.stock(stock, "stock")
    [variant] = await queries.variants_by_ids([variant_id])
    if variant is None:
        raise NotFound("variant_id")
    [shop] = await shop_queries.by_ids([variant.shop_id])
    if shop is None or shop.owner_id != owner_id:
        raise Forbidden("variant_id")
    changed = await db.records(
        Variant,
        f"UPDATE variants SET stock = $2 WHERE id = $1 AND held <= $2 RETURNING {db.columns(Variant)}",
        variant_id,
        stock,
    )
    if not changed:
        [current] = await queries.variants_by_ids([variant_id])
        raise StockBelowHeld("stock", held=current.held if current else 0)
    outbox.record(StockChanged(product_id=variant.product_id, variant_id=variant_id))
    return changed[0]
