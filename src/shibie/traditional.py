"""Traditional characters of the words that forms use: 戶主 is 户主, 長子 is 长子.

Only for words of headers and codes, which are known. Names of people and places stay as they are.
"""

from __future__ import annotations

from typing import Final

# Each before the simplified character that it stands for: those of headers and of words for codes.
_PAIRS: Final = (
    "專专業业兩两喪丧個个為为爲为義义鄉乡書书於于亞亚產产産产親亲麼么會会傳传傷伤體体姪侄係系兒儿關关養养內内冊册"
    "決决況况準准辦办務务動动勞劳區区醫医歷历縣县參参發发號号員员聽听團团園园場场備备婦妇媽妈孫孙學学實实對对層层"
    "屬属歲岁師师幫帮應应開开強强當当態态總总戶户戸户擁拥損损據据數数無无時时顯显術术機机條条標标檔档殘残畢毕沒没"
    "濟济測测滿满災灾愛爱爺爷狀状獨独現现電电療疗監监碼码禮礼稱称穩稳類类級级純纯組组經经結结繼继編编續续職职聯联"
    "脫脱營营藝艺補补視视計计證证証证評评識识話话語语請请貧贫財财敗败賬账帳账貨货資资贅赘車车轉转輪轮轎轿較较輛辆"
    "輩辈輟辍達达過过還还進进選选遷迁鄰邻鑒鉴鑑鉴錢钱銀银鋪铺鎮镇長长門门間间際际險险難难順顺額额風风飯饭飲饮齡龄"
    "農农從从後后別别優优價价單单報报嬸婶寬宽嚴严萬万億亿舊旧與与離离積积種种約约納纳給给絕绝維维綜综緣缘貸贷"
    "費费賃赁購购贍赡辭辞鐵铁閉闭陽阳雜杂預预領领題题願愿騎骑驗验點点黨党齊齐複复"
)
_SIMPLIFIED: Final = str.maketrans(_PAIRS[::2], _PAIRS[1::2])


def simplified(text: str) -> str:
    """A word with simplified characters for the traditional ones that forms use.

    >>> simplified("與戶主關係"), simplified("長子"), simplified("普通劳动力")
    ('与户主关系', '长子', '普通劳动力')
    """
    return text if text.isascii() else text.translate(_SIMPLIFIED)


def traditional(letter: str) -> str:
    """The traditional characters that stand for a simplified one.

    >>> traditional("户"), traditional("妻")
    ('戶戸', '')
    """
    return "".join(
        own for own, other in zip(_PAIRS[::2], _PAIRS[1::2], strict=True) if other == letter
    )
