"""Chinese words of the input tables: names, headings, and words for codes of closed lists.

One list, read by the readers of workbooks and files, by the template and by the documentation. The first word of each
entry is the one that the template prints and that messages use; the others are written for the same thing in personnel,
finance and service lists. Within one table no heading stands for two columns, within one column no word for two codes
(a test compares), so that a word has one reading where it stands.

To add a word: here, and its line in docs/input.zh.md and docs/input.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

AS_OF = date(2026, 11, 29)  # the list is of this day; a word added later may stand in an earlier workbook


def _words(entries: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(words.split()) for name, words in entries.items()}


TABLE_WORDS: Mapping[str, tuple[str, ...]] = _words({
    "institution": "机构 机构名单 医疗卫生机构",
    "staff": "人员 人员名单 职工",
    "engagement": "聘用 聘用情况 任职 岗位聘用",
    "license": "执业资格 执业证 资格证书",
    "absence": "缺勤 休假 考勤缺勤",
    "team_member": "团队成员 家庭医生团队 团队",
    "service_item": "服务项目 工作当量表 项目目录 当量标准",
    "difficulty": "难度系数 难度",
    "service_record": "服务记录 工作量记录 服务明细",
    "service_summary": "服务汇总 工作量汇总 服务汇总表",
    "patient": "死亡患者 死亡登记",
    "appraisal": "考核得分 考核结果 考核",
    "finance": "机构财务 财务数据 财务收支",
    "pay_component": "薪酬项目 工资项目 工资",
    "directed_task": "指令性工作 指令性任务",
    "measure": "计量指标 指标数据",
    "adjustment": "奖惩事项 扣减和增发 奖惩",
    "second_distribution": "二次分配 科室二次分配",
    "contract": "家庭医生签约 签约 签约服务",
    "comparator": "对照薪酬 可比人员",
    "calendar": "工作日历 节假日",
    "opening_balance": "期初余额 年初余额",
    "item_map": "项目对照 项目对照表 收费项目对照",
})  # fmt: skip

_INTERVAL = {"from": "起 起始日期 开始日期 生效日期", "until": "止（不含） 止(不含) 截止后次日"}
_PERIOD = {"period": "期间 月份 所属期间"}
_STAFF = {"staff": "人员编码 工号 人员代码 职工编码"}
_INSTITUTION = {"institution": "机构编码 机构代码 单位编码"}
_AMOUNT = {"amount": "金额（元） 金额 金额(元)"}

COLUMN_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    table: _words(entries)
    for table, entries in {
        "institution": {
            "code": "机构编码 编码 机构代码", "name": "机构名称 名称", "kind": "机构类别 类别 机构类型",
            "parent": "上级机构编码 上级机构 上级编码", "public_class": "公益类别 公益一类或二类", **_INTERVAL,
        },
        "staff": {
            "code": "人员编码 编码 工号 人员代码 职工编码", "name": "姓名", "first_worked": "参加工作日期 参加工作时间",
        },
        "engagement": {
            **_STAFF, **_INSTITUTION, "employer": "用人单位编码 用人单位 编制所在单位", "department": "科室 所在科室",
            "department_class": "科室类别", "role": "岗位", "title": "职称", "education": "学历",
            "employment": "人员性质 用工形式 编制性质", "pay_scheme": "薪酬形式 工资形式",
            "director": "是否负责人 负责人", "fte": "工作量比例 全职比例", "post_coefficient": "岗位系数", **_INTERVAL,
        },
        "license": {**_STAFF, "kind": "资格种类 执业类别", **_INTERVAL},
        "absence": {**_STAFF, "kind": "缺勤种类 休假种类", "blocks_service": "是否不能服务 不能服务", **_INTERVAL},
        "team_member": {"team": "团队编码 团队代码", **_STAFF, "share": "份额 分配份额", **_INTERVAL},
        "service_item": {
            "code": "项目编码 编码 项目代码", "name": "项目名称 名称", "category": "项目类别 类别",
            "equivalents": "工作当量 当量", "license": "所需执业资格 所需资格", "limit_count": "限次",
            "limit_period": "限次期间", **_INTERVAL, "shares": "份额方式", "joint": "是否联合服务 联合服务",
            "minutes": "标准时间（分钟） 标准时间 标准时间(分钟)",
        },
        "difficulty": {**_INSTITUTION, "item": "项目编码 项目代码", "coefficient": "难度系数 系数", **_INTERVAL},
        "service_record": {
            "record_id": "记录号 服务记录号 流水号", "service_date": "服务日期", **_INSTITUTION, **_STAFF,
            "item": "项目编码 项目代码", "quantity": "数量", "share": "份额", "patient": "患者编号 患者编码",
            "reverses": "冲销记录号 冲销",
        },
        "service_summary": {
            **_INSTITUTION, **_STAFF, "item": "项目编码 项目代码", **_PERIOD, "quantity": "数量 工作量 合计数量",
        },
        "patient": {"patient": "患者编号 患者编码", "died": "死亡日期"},
        "appraisal": {
            **_INSTITUTION, **_STAFF, "indicator": "考核指标 指标", "score": "得分", "full_score": "满分", **_PERIOD,
        },
        "finance": {**_INSTITUTION, "line": "财务项目 项目", **_AMOUNT, **_PERIOD},
        "pay_component": {**_STAFF, **_INSTITUTION, "component": "薪酬项目 工资项目 项目", **_AMOUNT, **_PERIOD},
        "directed_task": {**_INSTITUTION, **_STAFF, "task": "任务 指令性工作", "count": "次数 数量", **_PERIOD},
        "measure": {**_INSTITUTION, "name": "计量指标 指标", "value": "数值", **_PERIOD},
        "adjustment": {
            **_INSTITUTION, **_STAFF, "component": "奖惩项目 薪酬项目 项目", **_AMOUNT, "case": "事项编号 事项",
            "approver": "批准人", **_PERIOD, "status": "整改状态 状态", "deadline": "整改期限",
        },
        "second_distribution": {
            **_INSTITUTION, "department": "科室 所在科室", "component": "薪酬项目 项目", **_STAFF, **_AMOUNT,
            "signed_by": "签字人 科室负责人", **_PERIOD,
        },
        "contract": {
            "contract": "签约编号 协议编号", **_INSTITUTION, "team": "团队编码 团队代码", "package": "服务包",
            "source": "资金来源", **_AMOUNT, **_INTERVAL, "cancelled_on": "解约日期 解约日",
        },
        "comparator": {"cell": "对照组", "mean": "平均薪酬（元） 平均薪酬 平均薪酬(元)", "heads": "人数", **_PERIOD},
        "calendar": {"day": "日期", "working": "是否上班 上班", "name": "说明 名称"},
        "opening_balance": {**_INSTITUTION, **_STAFF, "name": "余额项目 项目", **_AMOUNT, **_PERIOD},
        "item_map": {"source_item": "收费编码 本单位编码 收费项目编码", "item": "项目编码 项目代码", **_INTERVAL},
    }.items()
}  # fmt: skip

LAST_DAY_WORDS = ("止（含）", "止(含)", "最后一天")  # an `until` given as the last day inside, which is converted

CHOICE_WORDS: Mapping[str, tuple[str, ...]] = _words({
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
})  # fmt: skip

CATEGORY_WORDS: Mapping[str, tuple[str, ...]] = _words({
    "basic_medical": "基本医疗", "public_health": "公共卫生 基本公共卫生", "family_doctor": "家庭医生 家庭医生签约",
    "directed": "指令性工作 指令性任务",
})  # fmt: skip  # of `service_item.category`, which is no closed list: a policy may name more

FLAG_WORDS: Mapping[str, tuple[str, ...]] = {"yes": ("是",), "no": ("否",)}

BETWEEN = " | "  # between the label and the name of a choice, of which the reader takes the name


def label_of(words: Mapping[str, tuple[str, ...]], name: str) -> str:
    """Give the word that is printed for a name; the name itself where the list has none."""
    return words.get(name, (name,))[0]


def choice_cell(name: str, label: str) -> str:
    """Write a name of the policy as a cell: `label | name`, or the name alone."""
    return f"{label}{BETWEEN}{name}" if label and label != name and BETWEEN not in label else name


def words_by_code() -> dict[str, str]:
    """Map each table and each column, as `table.column`, to the word that is printed for it."""
    columns = {
        f"{table}.{column}": label_of(words, column) for table, words in COLUMN_WORDS.items() for column in words
    }
    return {**{table: label_of(TABLE_WORDS, table) for table in TABLE_WORDS}, **columns}


def names_by_word(words: Mapping[str, tuple[str, ...]], among: Iterable[str]) -> dict[str, str]:
    """Map each word for these names to its name."""
    return {word: name for name in among for word in words.get(name, ())}
