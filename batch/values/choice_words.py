"""Chinese words that stand in the place of a code of a closed list.

Personnel and finance lists have them. They are no input: a list may use one word in several senses. A message names
the code that is most likely meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from payengine.texts import language

_WORDS: Mapping[str, str] = {
    "county_hospital": "县级医院 县医院 县人民医院 人民医院 综合医院", "tcm_hospital": "县中医院 中医院 中医医院",
    "maternal_child": "妇幼保健院 县妇幼保健院 妇幼保健机构 妇幼", "cdc": "疾控中心 疾病预防控制中心 疾控",
    "township_center": "乡镇卫生院 卫生院 中心卫生院 镇卫生院 乡卫生院",
    "community_center": "社区卫生服务中心 社区中心",
    "community_station": "社区卫生服务站 社区站", "village_clinic": "村卫生室 卫生室 村卫生所 村医务室",
    "clinical": "临床 临床科室", "nursing": "护理 护理科室", "public_health": "公共卫生 公卫 公共卫生科",
    "medical_technology": "医技 医技科室", "pharmacy": "药剂 药房 药学", "management": "管理 行政 行政管理",
    "support": "后勤 工勤", "established": "在编 编制 编内 编制内 事业编制 正式", "filed": "备案制 备案 备案编制 员额",
    "contract": "合同制 合同 聘用 编外 合同工", "dispatched": "派遣 劳务派遣 派遣制", "rehired": "返聘 退休返聘",
    "village": "乡村医生 村医", "standard": "标准工资制 标准工资 标准", "agreement": "协议工资制 协议工资 年薪制 协议",
    "none": "无 未处理", "fed_back": "已反馈 反馈", "reminded": "已提醒 提醒 约谈", "rectified": "已整改 整改",
    "day": "日 天 每日", "month": "月 每月", "quarter": "季 季度 每季", "year": "年 年度 每年",
    "of_whole": "按整体 占整体", "of_roles": "按角色 各角色",
}  # fmt: skip


def labels_of(choices: Iterable[str]) -> dict[str, str]:
    """Map the words for the codes of a column to these codes."""
    return {word: code for code in choices for word in _WORDS.get(code, "").split()}


def named(choices: Iterable[str]) -> str:
    """List codes for a message, in Chinese each with the word that people know it by."""
    if language() != "zh":
        return ", ".join(choices)
    words = {code: _WORDS.get(code, "").partition(" ")[0] for code in choices}
    return "、".join(f"{code}（{word}）" if word else code for code, word in words.items())
