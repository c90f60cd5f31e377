"""Which passwords anybody would try first: common ones, what is one's own, and what fingers do by themselves."""

import functools
import importlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

LEAST: Final = 8
MOST: Final = 128
# What people who write Chinese add to the lists of others: in pinyin, and in numbers that sound like words.
_PINYIN: Final = (
    "woaini woaiwo woaiwojia woaizhongguo aini ainiyiwannian caonima nimabi mima wodemima zhongguo nihao"
    " nihaoma zhanghao wangluo laopo laogong baobao baobei xiaobao tiantian gongxifacai zhangwei wangwei"
    " liwei zhangsan lisi beijing shanghai shenzhen guangzhou zhongcao xiaohongshu taobao weixin alipay"
)
_NUMBERS: Final = re.compile(
    r"(?:520|521|1314|7758521|7758258|584|8{2,}+|6{2,}+|147258369|147852369|789456123|741852963)+"
)
# Along what a finger slides.
_SLIDES: Final = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "!@#$%^&*()",
    *("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/", "qaz", "wsx", "edc", "rfv"),
)
_SLIDES_BOTH_WAYS: Final = (*_SLIDES, *(slide[::-1] for slide in _SLIDES))
_DATE: Final = re.compile(
    r"(?:19|20)\d\d(?:0?[1-9]|1[0-2])(?:0?[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01]){2}(?:19|20)\d\d"
)
# What stands between the numbers of a date.
_BETWEEN: Final = re.compile(r"[\W_年月日]")
_DIGITS_FOR_LETTERS: Final = str.maketrans("@4301!5$7", "aaeoiisst")
# What is added before and after a word makes it a little better only.
_ADDED: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_MOST_ADDED: Final = 5


def normalized(password: str) -> str:
    """The password as it is hashed: the same whichever keyboard wrote it. Nothing for what is longer than any."""
    return unicodedata.normalize("NFKC", password) if len(password) <= MOST else ""


def is_guessable(password: str, own: Sequence[str]) -> bool:
    """Whether a normalized password is among those that are tried first; `own` are its owner's names."""
    plain = password.casefold()
    unit, numbers = _repeated(plain), _BETWEEN.sub("", plain)
    if len(unit) < LEAST or _slides(plain) or _NUMBERS.fullmatch(numbers) or _DATE.fullmatch(numbers):
        return True
    word = _ADDED.sub("", plain)
    tried = {unit, *_shortened(plain)} | ({word} if len(plain) - len(word) <= _MOST_ADDED else set())
    tried |= {one.translate(_DIGITS_FOR_LETTERS) for one in tried}
    return not tried.isdisjoint(_common()) or _is_own(plain, word, own)


def _repeated(text: str) -> str:
    """What a text says over and over, the last time perhaps not to its end; itself where it does not."""
    return next((text[:period] for period in range(1, len(text) // 2 + 1) if text.startswith(text[period:])), text)


def _slides(text: str) -> bool:
    """Whether it is nothing but slides over a keyboard, or through the alphabet, of three keys and more."""
    while text:
        length = max((_common_start(text, slide) for slide in _SLIDES_BOTH_WAYS), default=0)
        if length < 3:
            return False
        text = text[length:]
    return True


def _common_start(text: str, slide: str) -> int:
    """How much of the beginning of `text` lies on a slide."""
    start = slide.find(text[0])
    length = 0
    while start >= 0 and length < len(text) and start + length < len(slide) and text[length] == slide[start + length]:
        length += 1
    return length


def _shortened(text: str) -> Iterable[str]:
    """Without up to two characters at either end."""
    return (text[first : len(text) - last] for first in range(3) for last in range(3))


def _is_own(plain: str, word: str, own: Sequence[str]) -> bool:
    names = {_letters(name) for name in own}
    names |= {_ADDED.sub("", name) for name in names}
    names |= {name[::-1] for name in names}
    return bool({_letters(plain), _letters(word)} & {name for name in names if len(name) > 1})


def _letters(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


@functools.cache
def _common() -> frozenset[str]:
    # Its lists are slow to load, and of no use to a process that nobody signs up at.
    lists = importlib.import_module("zxcvbn.frequency_lists").FREQUENCY_LISTS
    return frozenset(word for word in lists["passwords"] if len(word) > 3) | set(_PINYIN.split())
