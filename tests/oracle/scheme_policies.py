"""Random policies: each block is a shape of docs/policy.md, its values drawn."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from tests.oracle.scheme_counties import DEPARTMENTS, TITLES

Policy = dict[str, Any]
PRORATIONS = ("days_engaged", "days_present", "person_months")
KINDS = ("township_center", "village_clinic")
RATIOS = (
    ("6", "3", "1"),
    ("1/3", "1/3", "1/3"),
    ("0.5", "0.3", "0.2"),
    ("3", "2", "2"),
    ("1", "7", "4"),
    ("1.2", "1", "0.8"),
)
FUNDINGS = ("fiscal", "insurance", "earmarked")


class Builder:
    """A policy that grows by blocks."""

    def __init__(self, random: Random) -> None:
        self.random, self.number = random, 0
        self.outputs: list[str] = []
        self.scored = False
        self.policy: Policy = {
            "policy": {"code": "drawn", "title": "抽样", "level": "county", "extends": ["national"],
                       "illustrative": True},
            "below_zero": {"month": "receivable"},
            "formulas": {"month": {"outputs": self.outputs}},
            "names": {
                "finance": {"bonus": "奖金", "extra": "专项"}, "measure": {"residents": "居民", "beds": "床位"},
                "task": {"nights": "夜班", "calls": "出诊"}, "indicator": {"quality": "质量"},
                "category": {"clinic": "诊疗", "health": "公卫"}, "component": {"post_pay": "岗位工资"},
            },
            "components": {}, "statements": {}, "figures": {}, "pools": {}, "bands": {}, "parameters": {},
        }  # fmt: skip

    def name(self, stem: str) -> str:
        self.number += 1
        return f"{stem}_{self.number}"

    def parameter(self, unit: str, values: list[str], by: str = "", banded: str = "") -> str:
        """Add a parameter with a value in general, and of some names of an axis another."""
        name = self.name("value")
        rows = [self._value(self.random.choice(values), {})]
        names = {"title": TITLES[1:], "department": DEPARTMENTS[1:], "kind": KINDS}.get(by, ())
        for one in names:
            if self.random.random() < 0.7:
                rows.append(self._value(self.random.choice(values), {by: one}))
        if banded:
            rows.append(self._value(self.random.choice(values), {"band": "large"}))
        self.policy["parameters"][name] = {"label": name, "unit": unit, "values": rows}
        if banded:
            self.policy["parameters"][name]["banded_by"] = banded
        return name

    def _value(self, value: str, where: dict[str, str]) -> dict[str, Any]:
        row: dict[str, Any] = {
            "from": date(2020, 1, 1),
            "continues": "至下次调整",
            "value": value,
            "source": "illustrative",
        }
        return row | ({"where": where} if where else {})

    def line(self, keys: dict[str, Any], kind: str = "components") -> str:
        name = self.name("line")
        fixed = {"label": name, "funding": "service_income"} | ({"class": "variable"} if kind == "components" else {})
        self.policy[kind][name] = fixed | keys
        self.outputs.append(name)
        return name

    def figure(self, unit: str, level: str, keys: dict[str, Any]) -> str:
        name = self.name("figure")
        self.policy["figures"][name] = {"label": name, "unit": unit, "level": level} | keys
        if level != "engagement":
            self.outputs.append(name)
        return name

    def pool(self, keys: dict[str, Any]) -> str:
        name = self.name("pool")
        self.policy["pools"][name] = {"label": name} | keys
        self.outputs.append(name)
        return name

    def selection(self, chance: float = 0.5, places: bool = True) -> dict[str, Any]:
        """Draw sometimes `among`, sometimes `outside`, sometimes both."""
        found: dict[str, Any] = {}
        for key in ("among", "outside"):
            if self.random.random() < chance / 2:
                choices: list[dict[str, Any]] = [
                    {"title": self.random.sample(TITLES[1:], 2)}, {"director": self.random.random() < 0.5},
                    {"department_class": self.random.choice(("clinical", "nursing"))}, {"department": "内科"},
                ]  # fmt: skip
                if places:
                    choices.append({"kind": "township_center"})
                choices = [one for one in choices if not set(one) & set(found.get("among", {}))]
                wanted = self.random.choice(choices) | (
                    self.random.choice(choices) if self.random.random() < 0.3 else {}
                )
                found[key] = wanted
        return found

    # Blocks.

    def count_times_rate(self) -> None:
        rate = self.parameter(
            "yuan per shift", ["50", "33.3333", "0.27", "-5"], self.random.choice(("", "title", "kind"))
        )
        keys: dict[str, Any] = {"times": ["directed_task[nights]", rate], "level": "staff"}
        if self.random.random() < 0.6:
            keys["at_most"] = self.parameter("yuan", ["400", "0", "123.45"], self.random.choice(("", "title")))
        if self.random.random() < 0.3:
            keys["at_least"] = self.parameter("yuan", ["0"] if "at_most" in keys else ["0", "100.01", "500"])
        self.line(keys | self.selection())

    def standard_times_months(self) -> None:
        standard = self.parameter(
            "yuan per month", ["450", "480.55", "1000"], self.random.choice(("title", "department"))
        )
        keys: dict[str, Any] = {"times": [standard], "level": "engagement"}
        if self.random.random() < 0.8:
            keys["prorated"] = self.random.choice(PRORATIONS)
            if self.random.random() < 0.4:
                del keys["level"]
                limit = self.random.choice(("at_least", "at_most"))
                keys[limit] = self.parameter("yuan", ["100", "470.5"], self.random.choice(("", "title")))
        else:
            del keys["level"]
        self.line(keys | self.selection())

    def given_pay(self) -> None:
        self.line({"input": "post_pay", "prorated": self.random.choice(PRORATIONS)})

    def statement(self) -> None:
        ratios = self.random.choice(RATIOS)
        funding = [{"source": one, "share": share} for one, share in zip(FUNDINGS, ratios, strict=True)]
        banded = ""
        if self.random.random() < 0.5:
            banded = self.name("band")
            steps = [{"name": "small", "from": "0"}, {"name": "large", self.random.choice(("above", "from")): "1000"}]
            self.policy["bands"][banded] = {"figure": "measure[residents]", "steps": steps}
        rate = self.parameter("yuan per resident", ["12", "3.3333", "0.005"], "" if banded else "kind", banded)
        self.line({"times": ["measure[residents]", rate], "funding": funding}, "statements")

    def points_price(self) -> None:
        price = self.parameter("yuan per point", ["3.5", "0.3333", "-0.5"], self.random.choice(("", "title", "kind")))
        of = self.random.choice(("points", "points_by_category[clinic]"))
        keys: dict[str, Any] = {"times": [of, price]}
        if self.random.random() < 0.6:
            keys["level"] = self.random.choice(("staff", "engagement"))
        if self.random.random() < 0.4:
            keys["at_least"] = self.parameter("yuan", ["0", "300", "800.01"])
        if self.random.random() < 0.4:
            most = ["800.01", "1500.55"] if "at_least" in keys else ["100", "1500.55"]
            keys["at_most"] = self.parameter("yuan", most, "title")
        self.line(keys | self.selection())

    def tiers(self) -> None:
        rates = [self.parameter("yuan per point", ["4", "6", "-1", "0.3333", "0"]) for _ in range(3)]
        steps = [{"from": start, "rate": rate} for start, rate in zip(("0", "50.5", "900"), rates, strict=True)]
        if self.random.random() < 0.4:
            steps[1]["from"] = self.parameter("points", ["30", "60.5", "400"], "title")
        keys: dict[str, Any] = {"slices_of": "points", "slices": steps, "level": "staff"}
        if self.random.random() < 0.6:
            keys["memory"] = "year"
        self.line(keys | self.selection(0.3))

    def money(self) -> str:
        """Add a pool's base: lines of the books, a share of payroll, or both."""
        file_pay = self.figure("yuan", "staff", {"add": ["pay_component[post_pay]"]})
        share = self.parameter("ratio", ["0.35", "0.3333"])
        return self.figure("yuan", "institution", {"total_of": file_pay, "times": [share]} | self.selection(0.4))

    def weights(self) -> str:
        """Draw weights of persons: work, time, scores, relative to the mean of others."""
        random = self.random
        shape = random.choice([one for one in range(8) if one != 3 or not self.scored])
        if shape < 3:
            return ("points", "person_months", "days_present")[shape]
        if shape == 3:
            self.scored = True  # a score weighs once
            return "score[quality]"
        if shape == 4:
            ratio = self.parameter("ratio", ["1.2", "1", "0.8"], "title")
            return self.figure("count", "engagement", {"times": ["person_months", ratio]} | self.selection(0.4))
        if shape == 6:
            if not self.scored and random.random() < 0.5:
                self.scored = True
                return "post_coefficient"
            return self.parameter("ratio", ["1.2", "1", "0"], "title")
        level = random.choice(("institution", "institution", "department"))
        own = self.figure("points", "staff", {"add": ["points"], "outside": {"director": True}})
        mean_keys: dict[str, Any] = {
            "mean_of": random.choice((own, "points")), "per": random.choice(("head", "person", "person_month")),
            "outside": {"director": True}, "otherwise": random.choice(("0", "12.5")),
        }  # fmt: skip
        if random.random() < 0.4:
            mean_keys["best"] = random.choice(("1", "2", "3"))
        if random.random() < 0.4:
            mean_keys["among"] = {"department_class": ["clinical", "nursing"]}
        mean = self.figure("points", level, mean_keys)
        rate = self.parameter("ratio", ["0.8", "1.3"])
        relative = self.figure("points", "staff", {"times": [mean, rate], "among": {"director": True}})
        return self.figure("points", "staff", {"add": [own, relative]})

    def shared_pool(self) -> None:
        random = self.random
        keys: dict[str, Any] = {"add": ["finance[bonus]"]}
        if random.random() < 0.5:
            keys["add"].append(self.money())
        unclaimed = random.choice(("reported", "others", "carried"))
        if unclaimed != "reported":
            keys["unclaimed"] = unclaimed
        parts = random.random() < 0.5
        if parts or unclaimed == "others":
            keys["parts"] = dict(zip(("a", "b", "c"), random.choice(RATIOS), strict=True))
        pool = self.pool(keys)
        for part in keys.get("parts", {"": ""}):
            self.share(f"{pool}[{part}]" if part else pool, limits=not part)

    def share(self, pool: str, limits: bool) -> None:
        random = self.random
        keys: dict[str, Any] = {"pool": pool, "weights": self.weights()}
        if limits and random.random() < 0.7:
            if random.random() < 0.6:
                keys["at_least"] = self.parameter("yuan", ["0", "200", "800.01"], random.choice(("", "title")))
            if random.random() < 0.7:
                most = ["800.01", "3000"] if "at_least" in keys else ["100", "500.55", "3000"]
                keys["at_most"] = self.parameter("yuan", most, random.choice(("", "title")))
                keys["cut"] = random.choice(("others", "pool"))
        self.line(keys | self.selection(0.4))

    def department_pool(self) -> None:
        pool = self.pool({"add": ["finance[extra]"]})
        ratio = self.parameter("ratio", ["1.2", "1", "0.8", "0"], "department")
        heads = self.figure("count", "engagement", {"times": ["person_months", ratio]})
        of = self.random.choice((heads, "points", "days_present", self.parameter("ratio", ["1.2", "0.8"], "title")))
        by = self.figure(
            "points" if of == "points" else "count", "department", {"total_of": of} | self.selection(0.3, places=False)
        )
        keys: dict[str, Any] = {"divides": pool, "by": by, "level": "department"}
        if self.random.random() < 0.4:
            keys |= {"parts": {"a": "1", "b": "2"}, "unclaimed": self.random.choice(("others", "reported"))}
        divided = self.pool(keys)
        for part in keys.get("parts", {"": ""}):
            self.share(f"{divided}[{part}]" if part else divided, limits=not part)

    def build(self) -> Policy:
        blocks = [
            self.count_times_rate, self.standard_times_months, self.given_pay, self.statement, self.points_price,
            self.tiers, self.shared_pool, self.department_pool,
        ]  # fmt: skip
        for block in self.random.sample(blocks, self.random.randint(3, len(blocks))):
            block()
        return {key: value for key, value in self.policy.items() if value}


def policy(random: Random) -> Policy:
    """Draw a policy of three to eight shapes."""
    return Builder(random).build()


def toml(policy: Policy) -> str:
    """Write a policy file."""
    text = ""
    for table, entries in policy.items():
        if table in ("policy", "below_zero"):
            text += f"[{table}]\n" + "".join(f"{key} = {_cell(value)}\n" for key, value in entries.items())
            continue
        for name, keys in entries.items():
            text += f"\n[{table}.{name}]\n" + "".join(f"{key} = {_cell(value)}\n" for key, value in keys.items())
    return text


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(map(_cell, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_cell(one)}" for key, one in value.items()) + " }"
    return f'"{value}"'
