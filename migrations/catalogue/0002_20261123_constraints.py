"""What Tortoise's models cannot say of products: never more held than there are, references, and pages of a shop."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_20261123_initial"), ("shops", "0001_20261123_initial")]
    initial = False

    operations = [
        ops.RunSQL(
            [
                "SET LOCAL lock_timeout = '5s'",
                "ALTER TABLE products ADD CONSTRAINT products_shop_fk FOREIGN KEY (shop_id) REFERENCES shops (id)",
                "ALTER TABLE products ADD CONSTRAINT products_numbers CHECK (min_price_minor > 0 AND sold_count >= 0)",
                "CREATE INDEX products_of_shop ON products (shop_id, id DESC)",
                "ALTER TABLE variants ADD CONSTRAINT variants_product_fk"
                " FOREIGN KEY (product_id) REFERENCES products (id)",
                "ALTER TABLE variants ADD CONSTRAINT variants_units CHECK"
                " (price_minor > 0 AND held >= 0 AND held <= stock)",
                "CREATE INDEX variants_of_product ON variants (product_id, id)",
            ]
        ),
    ]
