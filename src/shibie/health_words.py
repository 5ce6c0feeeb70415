"""Words of illness and disability in texts that people wrote: they are shown in no message."""

from __future__ import annotations

import re
from typing import Final

from shibie.errors import Lang, Words
from shibie.plain_text import unspaced
from shibie.traditional import simplified

# What such words have in them, whatever list they are on or not.
_STEMS: Final = re.compile(
    "癌|瘤|病|症|炎|残疾(?!人?(?:机动轮椅|代步|专用|三轮)?车)|精神|透析|尿毒|艾滋|HIV|抑郁|智力|肢体|失明|聋"
    "|聾|癱|瘫|中风|偏瘫|梗死|[脑腦]梗|心梗|截肢|盲人|硬化|尘肺|矽肺|乙肝|自闭|痴呆|失能|植物人|伤残|残废|肢残|精残|糖尿|白内障|高血压"
    "|化疗|放疗|骨折|癫痫|白血|血友|AIDS|cancer|disab",
    re.IGNORECASE,
)
# Instead of a value that says such a thing; where it was found is said beside it.
NOT_SHOWN: Final = "（健康状况，不显示）"


def tells_of_health(text: str) -> bool:
    """Whether a text says what somebody suffers from, as far as can be told.

    >>> tells_of_health("肺癌"), tells_of_health("残 疾"), tells_of_health("普通劳动力")
    (True, True, False)
    >>> tells_of_health("因腦梗"), tells_of_health("一级伤残"), tells_of_health("ＡＩＤＳ")
    (True, True, True)
    >>> tells_of_health("残疾人代步车")
    False
    """
    return bool(_STEMS.search(simplified(unspaced(text))))


def without_health(text: str, lang: Lang = "zh") -> str:
    """A text, unless it tells of health.

    >>> without_health("王一患癌症"), without_health("王一患癌症", "en"), without_health("入户核实")
    ('（健康状况，不显示）', '(health, not shown)', '入户核实')
    """
    return Words(NOT_SHOWN, "(health, not shown)").say(lang) if tells_of_health(text) else text
