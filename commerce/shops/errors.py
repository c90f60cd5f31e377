"""Refusals of shops."""

from core.errors import Refusal


class AlreadyHasShop(Refusal):
    code = "ALREADY_EXISTS"
    zh = "你已经开过店铺了"
    en = "You already have a shop"
