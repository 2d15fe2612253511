"""Service items of the demo county.

The names are those of real basic public-health, medical and family-doctor services. The equivalents, limits and
frequencies are invented ("示例当量", illustrative equivalents, stands in every name): no document prints them.
"""

from __future__ import annotations

from dataclasses import dataclass

CLINICAL, NURSING, PUBLIC_HEALTH, TECHNOLOGY, PHARMACY, VILLAGE = range(6)  # who usually does an item
PHYSICIAN, NURSE, PHARMACIST, TECHNICIAN, VILLAGE_DOCTOR = (
    "physician", "nurse", "pharmacist", "technician", "village_doctor",
)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """A service item; `often` are relative frequencies per profession (CLINICAL ... VILLAGE)."""

    code: str
    name: str
    category: str
    equivalents: str
    often: tuple[int, int, int, int, int, int]
    license: str = ""
    limit_count: str = ""
    limit_period: str = ""
    most: int = 1  # quantities run from 1 to this


ITEMS = (
    Item("M001", "普通门诊诊疗", "basic_medical", "1.0000", (400, 0, 0, 0, 0, 0), PHYSICIAN),
    Item("M002", "急诊诊疗", "basic_medical", "1.6000", (40, 0, 0, 0, 0, 0), PHYSICIAN),
    Item("M003", "住院床日管理", "basic_medical", "3.0000", (90, 30, 0, 0, 0, 0), most=5),
    Item("M004", "村卫生室一般诊疗", "basic_medical", "0.8000", (0, 0, 0, 0, 0, 400), VILLAGE_DOCTOR),
    Item("M005", "静脉输液", "basic_medical", "0.4000", (0, 260, 0, 0, 0, 90), most=2),
    Item("M006", "肌内注射", "basic_medical", "0.1500", (0, 200, 0, 0, 0, 60)),
    Item("M007", "清创缝合", "basic_medical", "1.2500", (30, 20, 0, 0, 0, 6)),
    Item("M008", "换药", "basic_medical", "0.3500", (20, 120, 0, 0, 0, 30)),
    Item("M009", "雾化吸入", "basic_medical", "0.2000", (0, 90, 0, 0, 0, 10)),
    Item("M010", "导尿", "basic_medical", "0.6000", (0, 20, 0, 0, 0, 0), NURSE),
    Item("M011", "心电图检查", "basic_medical", "0.5500", (0, 0, 0, 180, 0, 0)),
    Item("M012", "彩色超声检查", "basic_medical", "1.3000", (0, 0, 0, 160, 0, 0), TECHNICIAN),
    Item("M013", "数字化X线摄影", "basic_medical", "0.9000", (0, 0, 0, 120, 0, 0), TECHNICIAN),
    Item("M014", "血常规检验", "basic_medical", "0.1200", (0, 0, 0, 300, 0, 0)),
    Item("M015", "生化检验", "basic_medical", "0.3300", (0, 0, 0, 220, 0, 0)),
    Item("M016", "针灸治疗", "basic_medical", "0.7500", (60, 0, 0, 0, 0, 12)),
    Item("M017", "推拿治疗", "basic_medical", "0.8500", (40, 0, 0, 0, 0, 8)),
    Item("M018", "中药饮片调剂", "basic_medical", "0.1800", (0, 0, 0, 0, 300, 0), PHARMACIST, most=3),
    Item("M019", "处方审核与用药指导", "basic_medical", "0.1000", (0, 0, 0, 0, 400, 0), PHARMACIST),
    Item("M020", "康复训练", "basic_medical", "0.9500", (15, 30, 0, 0, 0, 0)),
    Item("M021", "家庭病床巡诊", "basic_medical", "2.5000", (10, 10, 0, 0, 0, 6)),
    Item("P001", "居民健康档案建立", "public_health", "1.5000", (4, 10, 120, 0, 0, 20)),
    Item("P002", "居民健康档案更新", "public_health", "0.5000", (10, 20, 260, 0, 0, 60)),
    Item("P003", "预防接种", "public_health", "0.3000", (0, 60, 320, 0, 0, 0)),
    Item("P004", "新生儿家庭访视", "public_health", "2.0000", (0, 4, 40, 0, 0, 0)),
    Item("P005", "0-6岁儿童健康管理", "public_health", "1.1000", (0, 4, 110, 0, 0, 10)),
    Item("P006", "孕产妇健康管理", "public_health", "1.4000", (2, 6, 60, 0, 0, 0)),
    Item("P007", "老年人健康体检", "public_health", "4.0000", (1, 1, 10, 2, 0, 1), "", "1", "year"),
    Item("P008", "高血压患者随访", "public_health", "0.8000", (6, 3, 20, 0, 0, 12), "", "4", "year"),
    Item("P009", "2型糖尿病患者随访", "public_health", "0.8500", (4, 2, 14, 0, 0, 6), "", "1", "quarter"),
    Item("P010", "严重精神障碍患者随访", "public_health", "1.2000", (1, 0, 4, 0, 0, 1), "", "1", "month"),
    Item("P011", "肺结核患者随访", "public_health", "1.0000", (0, 0, 3, 0, 0, 1), "", "1", "month"),
    Item("P012", "老年人中医药健康管理", "public_health", "0.6000", (1, 0, 4, 0, 0, 1), "", "1", "year"),
    Item("P013", "传染病和突发公共卫生事件报告", "public_health", "0.7000", (3, 0, 30, 0, 0, 3)),
    Item("P014", "卫生监督协管巡查", "public_health", "1.0000", (0, 0, 40, 0, 0, 4)),
    Item("P015", "健康教育讲座", "public_health", "6.0000", (0, 0, 0, 0, 0, 0)),
    Item("F001", "家庭医生签约", "family_doctor", "1.0000", (1, 1, 2, 0, 0, 1), "", "1", "year"),
    Item("F002", "签约居民上门服务", "family_doctor", "2.5000", (8, 8, 20, 0, 0, 10)),
    Item("F003", "签约居民电话随访", "family_doctor", "0.2500", (10, 12, 40, 0, 0, 10), "", "2", "day"),
    Item("F004", "双向转诊协调", "family_doctor", "0.9000", (12, 2, 4, 0, 0, 4)),
    Item("F005", "长期处方管理", "family_doctor", "0.4500", (30, 0, 0, 0, 10, 0)),
    Item("D001", "突发疫情应急处置", "directed", "0.0000", (2, 2, 6, 1, 0, 1)),
    Item("D002", "重大活动医疗保障", "directed", "0.0000", (1, 1, 0, 0, 0, 0)),
    Item("X001", "已停用的旧版随访", "public_health", "0.5000", (0, 0, 0, 0, 0, 0)),
)  # fmt: skip

OWN_WORK = ("P015", "M015")  # recorded without a person: a lecture, a laboratory batch
WITHDRAWN = "X001"  # in the catalogue until the year before
REPRICED = "M005"  # its equivalents change in the middle of the month
RELIMITED = "P010"  # its limit changes in the middle of the month
