"""Names of people and places of the demo county, all invented."""

from __future__ import annotations

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"  # noqa: E501
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华建国玉梅志红春燕文斌晨曦子涵浩宇欣怡佳琪思远嘉懿若曦景行弘毅博雅清和安宁致远明德䶮𬭎㛃"  # noqa: E501
TOWNS = (
    "青河", "柳林", "石桥", "白鹭", "东湖", "龙泉", "枫溪", "大岭", "云台", "金沙", "梅坞", "长亭",
    "南塘", "北坡", "竹园", "松江口",
    "双井", "红岩", "沙洲", "古渡", "清水", "桃源", "杏花", "牛角", "马集", "三岔", "五里", "七星", "八斗", "九龙",
)  # fmt: skip
VILLAGES = (
    "上", "下", "前", "后", "新", "老", "大", "小", "东", "西", "南", "北", "中", "高", "平",
)  # fmt: skip
VILLAGE_ENDS = ("王庄", "李家", "河湾", "岭头", "桥头", "塘边", "坪", "坝", "屯", "集", "营", "沟")
COUNTY = "清岚县"


def person(number: int) -> str:
    """Name the person of this number: 2 or 3 characters, well mixed, not unique (as in life)."""
    surname = SURNAMES[number * 37 % len(SURNAMES)]
    first = GIVEN[number * 53 % len(GIVEN)]
    second = GIVEN[(number * 101 + number // 7) % len(GIVEN)]
    return surname + first + (second if number % 3 else "")


def town(number: int) -> str:
    """Name a town; from the second round on with its number."""
    name = TOWNS[number % len(TOWNS)]
    return name if number < len(TOWNS) else f"{name}{number // len(TOWNS) + 1}"


def village(number: int) -> str:
    """Name a village; from the second round on with its number."""
    name = VILLAGES[number % len(VILLAGES)] + VILLAGE_ENDS[number // len(VILLAGES) % len(VILLAGE_ENDS)]
    rounds = number // (len(VILLAGES) * len(VILLAGE_ENDS))
    return name if not rounds else f"{name}{rounds + 1}"
