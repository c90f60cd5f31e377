"""The domains that own tables, by the label under which `migrations/` keeps their history."""

APPS = {
    "core": "core.models",
    "accounts": "people.accounts.models",
    "follows": "people.follows.models",
    "notes": "content.notes.models",
    "live": "content.live.models",
    "feed": "content.feed.models",
    "search": "search.terms.models",
    "ledger": "commerce.ledger.models",
    "shops": "commerce.shops.models",
    "catalogue": "commerce.catalogue.models",
    "payments": "commerce.payments.models",
    "payouts": "commerce.payouts.models",
    "orders": "commerce.orders.models",
    "group_buys": "commerce.group_buys.models",
}
