"""Headers as messages show them: a table may have none, and its first row is then somebody's."""

from __future__ import annotations

import re
from typing import Final

from shibie.errors import Lang, Words
from shibie.health_words import NOT_SHOWN, tells_of_health
from shibie.household import Member
from shibie.plain_text import unspaced
from shibie.shown_text import shown_line
from shibie.vocabulary import specs_of

# What a member's sensitive fields may say, shown of no column whatever.
WITHHELD: Final = frozenset(
    code for spec in specs_of(Member) if spec.sensitive for code in spec.codes
)
# A column about illness is named by what it asks; what somebody has does not end so.
_ASKS: Final = re.compile(
    r"^(?:是否|有无|何)|(?:[号码数额元]|情况|状况|类型|类别|种类|等级|级别|支出|费用?|金额|名称|时间|日期|原因|证|医院|年份|姓名)"
    r"(?:[(（].*[)）])?$"
)


def shown_header(text: str, lang: Lang = "zh") -> str:
    """A header as a message names it: no number, nothing that tells of somebody's health.

    >>> shown_header("51192119650303531X"), shown_header("患有大病"), shown_header("患病类型")
    ('511*************1X', '（健康状况，不显示）', '患病类型')
    """
    bare = unspaced(text)
    if bare in WITHHELD or (tells_of_health(bare) and not _ASKS.search(bare)):
        return Words(NOT_SHOWN, "(health, not shown)").say(lang)
    return shown_line(text)
