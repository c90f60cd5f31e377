"""Which function finds which kind of global id."""

from collections.abc import Mapping

import schema.accounts.fields
import schema.catalogue.fields
import schema.group_buys.fields
import schema.live.fields
import schema.notes.fields
import schema.orders.fields
import schema.payouts.fields
import schema.shops.fields
from schema.node import Finder

FINDERS: Mapping[str, Finder] = {
    "user": schema.accounts.fields.find,
    "viewer": schema.accounts.fields.find_viewer,
    "note": schema.notes.fields.find,
    "topic": schema.notes.fields.find_topics,
    "comment": schema.notes.fields.find_comments,
    "shop": schema.shops.fields.find,
    "product": schema.catalogue.fields.find,
    "variant": schema.catalogue.fields.find_variants,
    "group_buy": schema.group_buys.fields.find,
    "team": schema.group_buys.fields.find_teams,
    "seat": schema.group_buys.fields.find_seats,
    "order": schema.orders.fields.find,
    "payout": schema.payouts.fields.find,
    "live_stream": schema.live.fields.find,
    "live_listing": schema.live.fields.find_listings,
    "live_message": schema.live.fields.find_messages,
}
