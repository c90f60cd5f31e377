"""The one error tree.

    Exception
    └── Refusal                 expected: told to the client with its code, in the reader's language
        ├── Unauthenticated     nobody is signed in
        ├── Forbidden           somebody else's
        ├── NotFound            no such thing, or not to be seen by this viewer
        ├── Invalid             malformed input
        ├── RateLimited         too often
        ├── Conflict            the same idempotency key with another request, or a lost race worth retrying
        └── …                   each domain's own, in its errors.py

Everything else is a defect: masked, logged and answered by a request id.
"""

from typing import ClassVar

from core import languages


class Refusal(Exception):
    """An expected refusal. Subclasses name the code and the sentence in both languages; `params` fill the sentence.

    `field` is the path below the action's input that offends, in snake_case, e.g. ("lines", 0, "quantity").
    """

    code: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]
    # Seconds until the same request may succeed, at least 1, where waiting helps.
    retry_after: int | None = None

    def __init__(self, *field: str | int, **params: object) -> None:
        super().__init__(self.code, field, params)
        self.field = field
        self.params = params

    def message(self, language: str) -> str:
        """The sentence in one of `languages`."""
        return languages.told(language, zh=self.zh.format(**self.params), en=self.en.format(**self.params))

    def __str__(self) -> str:
        return f"{self.code}: {self.message('en')}"


class Unauthenticated(Refusal):
    code = "UNAUTHENTICATED"
    zh = "请先登录"
    en = "Sign in first"


class Forbidden(Refusal):
    code = "FORBIDDEN"
    zh = "你没有权限进行此操作"
    en = "You may not do this"


class NotFound(Refusal):
    code = "NOT_FOUND"
    zh = "内容不存在或已被删除"
    en = "It does not exist, or no longer does"


class Invalid(Refusal):
    """Malformed input; `zh` and `en` say what would be right."""

    code = "INVALID"
    zh = "{zh}"
    en = "{en}"

    def __init__(self, *field: str | int, zh: str, en: str) -> None:
        super().__init__(*field, zh=zh, en=en)


class RateLimited(Refusal):
    code = "RATE_LIMITED"
    zh = "操作太频繁，请 {retry_after} 秒后再试"
    en = "Too often; try again in {retry_after} s"

    def __init__(self, *field: str | int, retry_after: int) -> None:
        super().__init__(*field, retry_after=retry_after)
        self.retry_after = retry_after


class Conflict(Refusal):
    code = "CONFLICT"
    zh = "请求冲突，请刷新后重试"
    en = "The request conflicts with another; refresh and try again"


class WrongState(Refusal):
    """`state` is in what state it is, which the graph says in words."""

    code = "WRONG_STATE"
    zh = "{state}，现在不能这样操作"
    en = "It is {state}; this can't be done now"
