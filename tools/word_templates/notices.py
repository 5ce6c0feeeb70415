"""The Word templates of letters and public lists."""

from __future__ import annotations

from tools.word_templates.page import Page

from shibie.errors import LANGS, Lang, Words
from shibie.papers.notice.write import file_name


def notices() -> dict[str, bytes]:
    """Every Word template of a notice, by its file name."""
    letters = {file_name("letter", lang): _letter(lang) for lang in LANGS}
    letters |= {file_name("request", lang): _request(lang) for lang in LANGS}
    return letters | {file_name("list", lang): _list(lang) for lang in LANGS}


def _letter(lang: Lang) -> bytes:
    page = Page(lang, Words("认定结果告知书", "Notice of decision").say(lang))
    say = page.say
    page.title(say("认定结果告知书", "Notice of decision"))
    page.small("{{ ruleset }}", centred=True)
    page.text(say("{{ head }}{{ head_title }}：", "{{ head }}:"))
    page.text(
        say(
            "您户（户编号 {{ household }}，{{ place }}，{{ persons }} 人）经以 {{ as_of }}为认定日期认定，"
            "结果为：{{ result }}。",
            "Your household ({{ household }}, {{ place }}, {{ persons }} persons) was decided as of"
            " {{ as_of }}. The result: {{ result }}.",
        ),
        bold=True,
    )
    _how_judged(
        page,
        say("这是初筛：未提供比对表的事项按申报认定，不是最终结果。",
            "This is a first screening: declarations stand where no register was supplied. It is not final."),
    )  # fmt: skip
    page.heading(say("理由", "Reasons"))
    page.text("{%p for reason in reasons %}")
    page.item(say("{{ reason.title }}：{{ reason.said }}", "{{ reason.title }}: {{ reason.said }}"))
    page.text("{%p if reason.basis %}")
    page.small(say("依据：{{ reason.basis }}", "Source: {{ reason.basis }}"))
    page.text("{%p endif %}")
    page.text("{%p endfor %}")
    page.text("{%p if tracks %}")
    page.heading(say("帮扶", "Help"))
    page.text("{%p for track in tracks %}")
    page.item("{{ track }}")
    page.text("{%p endfor %}")
    page.text("{%p endif %}")
    page.text("{%p if tell_changes %}")
    page.heading(say("什么证据会改变结果", "What evidence would change it"))
    page.text("{%p if changes %}")
    page.text(
        say("下列任何一条属实并有证据的，结果改为“{{ other_result }}”：",
            "With evidence for any one of these, the result becomes '{{ other_result }}':")
    )  # fmt: skip
    page.text("{%p for change in changes %}")
    page.item("{{ change }}")
    page.text("{%p endfor %}")
    page.small(
        say("以上只说明事实不同时的结果，请如实申报；工作人员凭证据核实后才算数。",
            "This says only what other facts would lead to. Report what is true; it counts once verified.")
    )  # fmt: skip
    page.text("{%p else %}")
    page.text(say("没有找到改变结果的事实。", "No such facts were found."))
    page.text("{%p endif %}")
    page.text("{%p endif %}")
    _who_verified(page)
    page.heading(say("申请复核", "How to ask for a review"))
    page.text(
        say(
            "有异议的，请于 {{ first }}至 {{ last }}（{{ counted }}）向"
            "{{ office or '村委会或乡镇人民政府' }}书面或口头提出，并附证据。",
            "If you disagree, tell {{ office or 'the village committee or the township' }} in writing or"
            " in person from {{ first }} to {{ last }} ({{ counted }}), with your"
            " evidence.",
        )
    )
    _seal(page)
    _digest(page)
    return page.file()


def _request(lang: Lang) -> bytes:
    page = Page(lang, Words("核实通知书", "Request for what is missing").say(lang))
    say = page.say
    page.title(say("核实通知书", "Request for what is missing"))
    page.small("{{ ruleset }}", centred=True)
    page.text(say("{{ head }}{{ head_title }}：", "{{ head }}:"))
    page.text(
        say(
            "您户（户编号 {{ household }}，{{ place }}，{{ persons }} 人）的情况正在认定（认定日期 {{ as_of }}）。"
            "下列事项还没有查清，查清以后才能认定，所以现在还没有结果。",
            "Your household ({{ household }}, {{ place }}, {{ persons }} persons) is being decided as of"
            " {{ as_of }}. What follows is not known yet; there is no result until it is.",
        ),
    )
    _how_judged(
        page,
        say("这是初筛：未提供比对表的事项按申报认定。",
            "This is a first screening: declarations stand where no register was supplied."),
    )  # fmt: skip
    page.heading(say("需要查清的事项", "What is missing"))
    page.text("{%p for group in wanted %}")
    page.text("{{ group.who }}")
    # Not `group.items`, which Jinja takes for the method of a mapping.
    page.text("{%p for item in group['items'] %}")
    page.item("{{ item }}")
    page.text("{%p endfor %}")
    page.text("{%p endfor %}")
    page.heading(say("怎样办理", "What to do"))
    page.text(
        say(
            "请{% if reply_by %}于 {{ reply_by }}以前（含当日）{% else %}尽快{% endif %}到"
            "{{ office or '村委会或乡镇人民政府' }}书面或口头说明，并带上有关证件和证明；"
            "户主或家里其他人来都可以。请如实说明。查清以后，另行书面告知结果。",
            "Please come{% if reply_by %} by {{ reply_by }}{% else %} soon{% endif %} to"
            " {{ office or 'the village committee or the township' }}, or write, with your papers; the"
            " head of the household or anybody else of it may come. Report what is true. You will be"
            " told the result in writing once this is known.",
        )
    )
    _who_verified(page)
    _seal(page)
    _digest(page)
    return page.file()


def _how_judged(page: Page, screening: str) -> None:
    """Its standing, a first screening, registers set aside, and who is not among the persons."""
    say = page.say
    page.text("{%p for line in standing %}")
    page.text(say("状态：{{ line }}。", "Standing: {{ line }}."))
    page.text("{%p endfor %}")
    page.text("{%p if screening %}")
    page.text(screening, bold=True)
    page.text("{%p endif %}")
    page.text("{%p if set_aside %}")
    page.text("{{ set_aside }}", bold=True)
    page.text("{%p endif %}")
    page.text("{%p if uncounted %}")
    page.text(
        say("以上人数不含不计入人口的成员；是否计入尚不明的，暂计在内：",
            "The persons above are without those who do not count, and with those of whom it is not known:")
    )  # fmt: skip
    page.text("{%p for line in uncounted %}")
    page.item("{{ line }}")
    page.text("{%p endfor %}")
    page.text("{%p if uncounted_basis %}")
    page.small(say("依据：{{ uncounted_basis }}", "Source: {{ uncounted_basis }}"))
    page.text("{%p endif %}")
    page.text("{%p endif %}")


def _who_verified(page: Page) -> None:
    page.text("{%p if moved %}")
    page.heading(page.say("经手与核实", "Who verified it"))
    page.text("{%p for line in moved %}")
    page.item("{{ line }}")
    page.text("{%p endfor %}")
    page.text("{%p endif %}")


def _seal(page: Page) -> None:
    page.text(page.say("{{ office or '（盖章）' }}", "{{ office or '(seal)' }}"), right=True)
    page.text("{{ first }}", right=True)


def _digest(page: Page) -> None:
    """By what an auditor finds the run that a letter is of."""
    page.text("{%p if digest %}")
    page.small(page.say("认定摘要：{{ digest }}", "Digest of the decisions: {{ digest }}"))
    page.text("{%p endif %}")


def _list(lang: Lang) -> bytes:
    page = Page(lang, Words("公示", "Public notice").say(lang))
    say = page.say
    page.title(
        say(
            "{{ township }}{{ village }}拟纳入名单公示",
            "{{ township }}{{ village }}: households to be admitted",
        )
    )
    page.small("{{ ruleset }}", centred=True)
    page.text(
        say(
            "以 {{ as_of }}为认定日期，本村认定为“{{ result }}”的共 {{ households }} 户 {{ persons }} 人，"
            "现予公示。公示期 {{ first }}至 {{ last }}（{{ counted }}）。",
            "As of {{ as_of }}, {{ households }} households with {{ persons }} persons of this village are"
            " decided '{{ result }}'. They are on notice from {{ first }} to {{ last }}"
            " ({{ counted }}).",
        )
    )
    page.text("{%p if screening %}")
    page.text(
        say("这是初筛，不是最终结果。", "This is a first screening. It is not final."), bold=True
    )
    page.text("{%p endif %}")
    page.text("{%p if set_aside %}")
    page.text("{{ set_aside }}", bold=True)
    page.text("{%p endif %}")
    _table(page)
    page.text("{%p if not rows %}")
    page.text(say("本村没有拟纳入户。", "No household of this village is to be admitted."))
    page.text("{%p endif %}")
    page.text("{%p if withheld %}")
    page.small(
        say("按健康状况等个人信息确定的批次不公示。",
            "Tracks that rest on health or other personal facts are not published.")
    )  # fmt: skip
    page.text("{%p endif %}")
    page.text(
        say("对名单有异议的，请在公示期内向{{ office or '村委会或乡镇人民政府' }}书面或口头提出。",
            "Whoever disagrees may tell {{ office or 'the village committee or the township' }} while the"
            " notice is up.")
    )  # fmt: skip
    _seal(page)
    return page.file()


def _table(page: Page) -> None:
    """A header that is repeated on each page, and one row for each household."""
    say = page.say
    page.table(
        "row in rows",
        (
            (say("序号", "No."), "{{ row.number }}", 12, True),
            (say("户主", "Head"), "{{ row.name }}", 22, True),
            (say("组", "Group"), "{{ row.group }}", 20, True),
            (say("人口", "Persons"), "{{ row.persons }}", 14, True),
            (say("帮扶批次", "Tracks"), "{{ row.tracks }}", 90, False),
        ),
    )
