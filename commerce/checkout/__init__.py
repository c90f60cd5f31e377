"""The checkout: paying and cancelling, over orders with and without a team."""
