"""What the embedded index looks like, and how a document becomes its entry."""

import math
import secrets

import msgspec
import tantivy

from search import chinese, relevance
from search.engine import KINDS, NEWEST, POPULAR, PRICE_ASC, PRICE_DESC, Document
from search.synonyms import Synonyms

# Grows with anything below that makes an older index wrong: it is rebuilt then.
VERSION = 4

# Rank and tie share 64 bits, as there is one field to sort by.
_TIE_BITS = {NEWEST: 20, POPULAR: 32, PRICE_ASC: 23, PRICE_DESC: 23}
# In seconds of Unix time.
_INSTANTS = ("group_buy_until", "group_buy_closes", "one_short_until")


def rank_field(sort: str) -> str:
    """The field that holds a document's place in a sort."""
    return f"by_{sort.lower()}"


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", tokenizer_name="raw", index_option="basic")
    for field in ("title", "anywhere", "sounds", "heard", "beginnings"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="basic")
    for field in ("topic_key", "currency"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("kind", "topic"):
        builder.add_text_field(field, fast=True, tokenizer_name="raw", index_option="basic")
    for field in ("kind_number", "id_high", "id_low", *map(rank_field, _TIE_BITS)):
        builder.add_unsigned_field(field, fast=True)
    for field in ("price", "in_stock", "live", "published", *_INSTANTS):
        builder.add_unsigned_field(field, fast=True, indexed=True)
    builder.add_float_field("weight", fast=True)
    builder.add_bytes_field("suggestion", stored=True)
    builder.add_bytes_field("texts", stored=True)
    return builder.build()


SCHEMA = _schema()


def version(synonyms: Synonyms) -> str:
    """What an index of another one is rebuilt for."""
    return f"{VERSION}-{synonyms.digest}"


def fresh_name() -> str:
    """A name for the folder of a new index."""
    return f"index-{secrets.token_hex(8)}"


def document(source: Document, synonyms: Synonyms) -> tantivy.Document:
    """The entry of a document."""
    entry = tantivy.Document()
    texts = relevance.texts(source, synonyms)
    entry.add_bytes("texts", msgspec.msgpack.encode(texts))
    title = dict.fromkeys(chinese.grams(texts.title))
    around = chinese.grams(f"{texts.names}\n{texts.also}")
    text = chinese.folded(source.text)
    inside = chinese.grams(text)
    entry.add_text("title", " ".join(title))
    entry.add_text("anywhere", " ".join(title | dict.fromkeys(around) | dict.fromkeys(inside)))
    entry.add_text("sounds", texts.sounds)
    entry.add_text("heard", " ".join(chinese.heard(f"{texts.title}\n{texts.names}\n{text}")))
    if source.suggestion:
        entry.add_text("beginnings", " ".join(chinese.beginnings(chinese.folded(source.suggestion))))
        entry.add_bytes("suggestion", source.suggestion.encode())
    for topic in source.topics:
        entry.add_text("topic", topic)
        entry.add_text("topic_key", chinese.folded(topic))
    _add_numbers(entry, source)
    return entry


def _add_numbers(entry: tantivy.Document, source: Document) -> None:
    entry.add_text("key", source.thing.key)
    entry.add_text("kind", source.thing.kind)
    entry.add_unsigned("kind_number", KINDS.index(source.thing.kind))
    entry.add_unsigned("id_high", source.thing.id.int >> 64)
    entry.add_unsigned("id_low", source.thing.id.int & (2**64 - 1))
    if source.price is not None:
        entry.add_unsigned("price", source.price)
        entry.add_text("currency", source.currency)
    entry.add_unsigned("in_stock", int(source.in_stock))
    entry.add_unsigned("live", int(source.live))
    for field in _INSTANTS:
        entry.add_unsigned(field, getattr(source, field))
    entry.add_unsigned("published", max(0, source.published))
    for sort, rank in source.ranks.items():
        bits = _TIE_BITS[sort]
        entry.add_unsigned(rank_field(sort), rank << bits | source.thing.tie >> (53 - bits))
    entry.add_float("weight", 2 ** _factor(source) - 2)


def _factor(source: Document) -> float:
    """What a candidate's score is multiplied by (log2(2 + weight)): short titles count more, and what many love.

    A trifle keeps what is equal in one order.
    """
    brevity = 1 / (1 + 0.1 * math.log2(1 + len(source.title) / 8))
    return brevity * (relevance.factor(source.popular, source.sold_out) + 0.0005 * source.thing.tie / 2**53)
