"""What people buy: products, orders, payments, group-buys, and the ledger beneath them."""
