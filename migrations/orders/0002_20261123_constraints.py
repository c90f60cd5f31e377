"""What Tortoise's models cannot say of orders: their states, one order a request, references, and what is looked for."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0001_20261123_initial"),
        ("accounts", "0001_20261123_initial"),
        ("catalogue", "0001_20261123_initial"),
        ("shops", "0001_20261123_initial"),
    ]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "CREATE UNIQUE INDEX orders_once ON orders (buyer_id, idempotency_key)",
                "CREATE INDEX orders_of_buyer ON orders (buyer_id, id DESC)",
                "CREATE INDEX orders_of_shop ON orders (shop_id, id DESC)",
                "CREATE INDEX orders_overdue ON orders (pay_by) WHERE status = 'PENDING_PAYMENT' AND kind = 'PLAIN'",
                "ALTER TABLE orders ADD CONSTRAINT orders_states CHECK"
                " (kind IN ('PLAIN', 'TEAM') AND status IN ('PENDING_PAYMENT', 'AWAITING_TEAM', 'CONFIRMED', 'SHIPPED',"
                " 'COMPLETED', 'CANCELLED', 'REFUNDING', 'REFUNDED'))",
                "ALTER TABLE orders ADD CONSTRAINT orders_money CHECK"
                " (total_minor > 0 AND refunded_minor >= 0 AND refunded_minor <= total_minor)",
                "ALTER TABLE orders ADD CONSTRAINT orders_buyer_fk FOREIGN KEY (buyer_id) REFERENCES accounts (id)",
                "ALTER TABLE orders ADD CONSTRAINT orders_shop_fk FOREIGN KEY (shop_id) REFERENCES shops (id)",
                "ALTER TABLE order_lines ADD CONSTRAINT order_lines_order_fk"
                " FOREIGN KEY (order_id) REFERENCES orders (id)",
                "ALTER TABLE order_lines ADD CONSTRAINT order_lines_variant_fk"
                " FOREIGN KEY (variant_id) REFERENCES variants (id)",
                "ALTER TABLE order_lines ADD CONSTRAINT order_lines_numbers CHECK"
                " (quantity > 0 AND unit_price_minor > 0)",
                "CREATE INDEX order_lines_of_order ON order_lines (order_id, id)",
            ]
        ),
    ]
