"""Persisted documents: a client names a document by its SHA-256 instead of sending it, and nobody reads it again.

From an allow-list, which the operator gives; or automatically, in the way of Apollo's clients: a document that is sent
together with its hash is kept, and the hash alone will do from then on. Each process learns on its own, so that a
client may be asked for the text again; it then sends both.
"""

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from graphql import GraphQLError

from api.kept import Kept
from core.settings import SettingsError

# Bytes of documents' text that are kept by its hash, each with what is around it.
_KEPT: Final = 4 * 1024 * 1024
_AROUND: Final = 500


class UnknownDocument(GraphQLError):
    """A hash that this process does not know; by this very message Apollo's clients know that they must send both."""

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotFound", extensions={"code": "PERSISTED_QUERY_NOT_FOUND"})


class WrongHash(GraphQLError):
    def __init__(self) -> None:
        super().__init__("The SHA-256 is not the document's.", extensions={"code": "PERSISTED_QUERY_HASH_MISMATCH"})


class NotAllowed(GraphQLError):
    def __init__(self) -> None:
        super().__init__(
            "Only documents of the allow-list are executed here.", extensions={"code": "PERSISTED_QUERY_REQUIRED"}
        )


class PersistedDocuments:
    """The texts behind hashes: those of the allow-list for good, others until newer ones take their place."""

    def __init__(self, allowed: Mapping[str, str] | None = None, *, only: bool = False) -> None:
        self._allowed = dict(allowed or {})
        self._only = only
        self._kept: Kept[str] = Kept(_KEPT)

    @property
    def allowed(self) -> Mapping[str, str]:
        """The allow-list: documents by their hash."""
        return self._allowed

    def text(self, given: str | None, sha256: str | None) -> str:
        """The document that a request asks for. Raises GraphQLError when it cannot be had."""
        if given is None:
            return self._known(sha256)
        if sha256 is None and not self._only:
            return given
        found = hash_of(given)
        if sha256 is not None and sha256 != found:
            raise WrongHash
        if self._only and found not in self._allowed:
            raise NotAllowed
        return given

    def _known(self, sha256: str | None) -> str:
        if sha256 is not None:
            if sha256 in self._allowed:
                return self._allowed[sha256]
            if self._only:
                raise NotAllowed
            found = self._kept.find(sha256)
            if found is not None:
                return found
        raise UnknownDocument

    def keep(self, text: str, sha256: str) -> None:
        """Remembers a document that turned out to be valid, under the hash that it came with."""
        if sha256 not in self._allowed and self._kept.find(sha256) is None:
            self._kept.keep(sha256, text, sys.getsizeof(text) + _AROUND)


def hash_of(text: str) -> str:
    """The SHA-256 of a document, in lower-case hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def load(path: Path) -> dict[str, str]:
    """The allow-list in a file: documents by their hash. Raises SettingsError.

    JSON: an object of hash → document, or Apollo's manifest (`operations` with `id` and `body`); anything else is taken
    for one document.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"ZHONGCAO_PERSISTED_DOCUMENTS cannot be read: {error}") from error
    if path.suffix != ".json":
        return {hash_of(content): content}
    try:
        listed = _listed(orjson.loads(content))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise SettingsError("ZHONGCAO_PERSISTED_DOCUMENTS is no manifest: an object of SHA-256 → document") from None
    for sha256, text in listed.items():
        if not isinstance(text, str) or sha256 != hash_of(text):
            raise SettingsError(f"ZHONGCAO_PERSISTED_DOCUMENTS: {sha256} is not the SHA-256 of its document")
    return listed


def _listed(manifest: Any) -> dict[str, str]:
    operations = manifest.get("operations")
    if isinstance(operations, list):
        return {operation["id"]: operation["body"] for operation in operations}
    return dict(manifest)
