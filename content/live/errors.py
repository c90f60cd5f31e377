"""Refusals of live streams."""

from core.errors import Refusal


class AlreadyListed(Refusal):
    code = "ALREADY_EXISTS"
    zh = "该商品已在直播间的商品列表中"
    en = "The product is already on this stream's table"


class TooManyListings(Refusal):
    code = "LIMIT_EXCEEDED"
    zh = "一场直播最多上架 {most} 件商品"
    en = "A stream lists at most {most} products"
