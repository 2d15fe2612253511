"""Services that several people share, from a folder of CSV to pay.

County of the demo policy: 4.20 yuan a point, and with full scores nothing is taken off.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from payengine.errors import Refused
from tests.support import product

INSTITUTION = "code,name,kind,parent,public_class,from,until\n" + "".join(
    f"I{n},机构I{n},township_center,,1,2020-01-01,\n" for n in (1, 2)
)
STAFF = "code,name,first_worked\n" + "".join(f"S{n},人员S{n},2010-01-01\n" for n in (1, 2, 3))
ENGAGED = (
    "staff,institution,employer,department,department_class,role,title,education,employment,pay_scheme,director,fte,"
    "post_coefficient,from,until\n"
)
APPRAISAL = "institution,staff,indicator,score,full_score,period\n" + "".join(
    f"I{n},,{indicator},100,100,2026-10\n"
    for n in (1, 2)
    for indicator in ("workload", "quality", "ethics", "satisfaction")
)
ITEM = "code,name,category,equivalents,license,limit_count,limit_period,from,until"
RECORD = "record_id,service_date,institution,staff,item,quantity,share,patient,reverses\n"


def engaged(**places: str) -> str:
    return ENGAGED + "".join(
        f"{staff},{place},,D,clinical,doctor,mid,,established,standard,no,1,1,2020-01-01,\n"
        for staff, place in places.items()
    )


def run(folder: Path, **tables: str) -> tuple[dict[str, int], dict[str, str], list[str]]:
    """Freeze and run October.

    Returns the fen of each person, the reason of each row not paid, and the freeze's warnings.
    """
    given = {"institution": INSTITUTION, "staff": STAFF, "appraisal": APPRAISAL} | tables
    (folder / "input").mkdir(parents=True)
    for name, text in given.items():
        (folder / "input" / f"{name}.csv").write_text(text, encoding="utf-8")
    workspace = product.workspace(folder, "folder = 'input'")
    frozen = workspace.freeze("2026-10")
    results = workspace.run("2026-10").results
    fen: dict[str, int] = {}
    for row in results.pay_lines.to_pylist():
        fen[row["staff"]] = fen.get(row["staff"], 0) + row["amount_fen"]
    reasons = {f"{row['record_id']} {row['staff']}": row["reason"] for row in results.rejections.to_pylist()}
    return {staff: amount for staff, amount in fen.items() if amount}, reasons, list(frozen.warnings)


def test_an_assistant_has_16_per_cent_on_top_of_the_surgeon(tmp_path: Path) -> None:
    """Surgeon and assistant: 10 x 1 x 4.20 = 42.00 and 10 x 0.16 x 4.20 = 6.72.

    One a year is allowed, and both rows are one service.
    """
    fen, reasons, _ = run(
        tmp_path, engagement=engaged(S1="I1", S2="I1"),
        service_item=f"{ITEM},shares\nOP,手术,basic_medical,10,,1,year,2020-01-01,,of_roles\n",
        service_record=RECORD + "R1,2026-10-05,I1,S1,OP,1,1,P1,\nR1,2026-10-05,I1,S2,OP,1,0.16,P1,\n",
    )  # fmt: skip
    assert (fen, reasons) == ({"S1": 4200, "S2": 672}, {})


@pytest.mark.parametrize("shares", ["", ",of_roles"], ids=["without the column", "of roles"])
def test_the_assistant_as_a_second_record_is_a_second_service(tmp_path: Path, shares: str) -> None:
    """One a year: the record of 0.16 is `over_limit`."""
    fen, reasons, _ = run(
        tmp_path, engagement=engaged(S1="I1", S2="I1"),
        service_item=f"{ITEM}{shares and ',shares'}\nOP,手术,basic_medical,10,,1,year,2020-01-01,{shares}\n",
        service_record=RECORD + "R1,2026-10-05,I1,S1,OP,1,1,P1,\nR1a,2026-10-05,I1,S2,OP,0.16,1,P1,\n",
    )  # fmt: skip
    assert (fen, reasons) == ({"S1": 4200}, {"R1a S2": "over_limit"})


def test_people_of_two_institutions_do_one_service(tmp_path: Path) -> None:
    """0.6 x 4.20 = 2.52 at I1; at I2, twice as hard, 0.4 x 2 x 4.20 = 3.36.

    Rows of R2 disagree in the patient. R3 is a second service of the patient that year.
    """
    fen, reasons, _ = run(
        tmp_path, engagement=engaged(S1="I1", S2="I2"),
        service_item=f"{ITEM},joint\nA,会诊,basic_medical,1,,1,year,2020-01-01,,yes\n",
        difficulty="institution,item,coefficient,from,until\nI2,,2,2020-01-01,\n",
        service_record=RECORD
        + "R1,2026-10-05,I1,S1,A,1,0.6,P1,\nR1,2026-10-05,I2,S2,A,1,0.4,P1,\n"
        + "R2,2026-10-05,I1,S2,A,1,0.4,P2,\nR2,2026-10-05,I1,,A,1,0.6,,\n"
        + "R3,2026-10-06,I1,S1,A,1,0.6,P1,\nR3,2026-10-06,I2,S2,A,1,0.4,P1,\n",
    )  # fmt: skip
    assert fen == {"S1": 252, "S2": 336}
    assert reasons == {
        "R2 S2": "inconsistent_record", "R2 ": "inconsistent_record", "R3 S1": "over_limit", "R3 S2": "over_limit",
    }  # fmt: skip


def test_a_limit_counts_a_joint_service_if_any_of_its_rows_passed(tmp_path: Path) -> None:
    """R1 is the year's one service, and R2 comes too late.

    S1 of R1 is not engaged at I2, but the row of S2 passed.
    """
    fen, reasons, _ = run(
        tmp_path, engagement=engaged(S1="I1", S2="I2", S3="I2"),
        service_item=f"{ITEM},joint\nA,会诊,basic_medical,1,,1,year,2020-01-01,,yes\n",
        service_record=RECORD
        + "R1,2026-10-05,I2,S1,A,1,0.6,P1,\nR1,2026-10-05,I2,S2,A,1,0.4,P1,\n"
        + "R2,2026-10-06,I2,S3,A,1,0.5,P1,\nR2,2026-10-06,I1,S1,A,1,0.5,P1,\n",
    )  # fmt: skip
    assert fen == {"S2": 168}
    assert reasons == {"R1 S1": "not_engaged", "R2 S1": "over_limit", "R2 S3": "over_limit"}


def test_a_team_of_three(tmp_path: Path) -> None:
    """Three equal shares are paid all of 4.20.

    0.3334 x 4.20 = 1.40028 and 0.3333 x 4.20 = 1.39986, each 1.40.
    """
    assert team_of_three(tmp_path, "") == ({"S1": 140, "S2": 140, "S3": 140}, {}, [])


def test_a_team_whose_shares_do_not_sum_to_one_refuses_the_freeze(tmp_path: Path) -> None:
    """Thirds of 0.3333 sum to 0.9999: who gets the rest is nobody's to guess."""
    with pytest.raises(Refused) as refused:
        team_of_three(tmp_path, "0.3333")
    [problem] = refused.value.problems
    assert "team T1 do not sum to 1: 0.9999 from 2026-10-01 to 2026-10-31" in problem.what


def team_of_three(folder: Path, share: str) -> tuple[dict[str, int], dict[str, str], list[str]]:
    return run(
        folder, engagement=engaged(S1="I1", S2="I1", S3="I1"),
        service_item=f"{ITEM}\nA,巡诊,basic_medical,1,,,,2020-01-01,\n",
        team_member="team,staff,share,from,until\n" + "".join(f"T1,S{n},{share},2026-01-01,\n" for n in (1, 2, 3)),
        service_record=RECORD + "R1,2026-10-05,I1,T1,A,1,1,P1,\n",
    )  # fmt: skip
