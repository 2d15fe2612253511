"""A proof as it is printed: whose payslip, published when, under which head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.head import head_parts
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.proof.documents import ConsistencyProof, PayslipProof


def payslip_facts(proof: PayslipProof) -> dict[str, Any]:
    """Describe as JSON whose payslip is proved, and where it stands in the chain."""
    entry, payslip = proof.entry, proof.payslip
    return {
        "run": payslip["run"], "period": payslip["period"], "revision": entry["revision"],
        "institution": payslip["institution"], "staff": payslip["staff"], "published_at": entry["at"],
        "entry": entry["number"], "payslips": entry["payslips"]["size"], "head": str(proof.head),
    }  # fmt: skip


def payslip_title(proof: PayslipProof) -> str:
    """Name a payslip: person, institution, period, revision, run."""
    payslip = proof.payslip
    return say(
        "{staff} at {institution}, {period} revision {revision}, run {run}",
        staff=payslip["staff"], institution=payslip["institution"], period=payslip["period"],
        revision=proof.entry["revision"], run=payslip["run"][:SHORT],
    )  # fmt: skip


def entry_parts(proof: PayslipProof) -> list[str]:
    """Print where a payslip stands: among how many, in which entry, under which head."""
    entry = proof.entry
    return [
        say("  one of {n} payslips, published {at}, entry {number} of {all}",
            n=f"{entry['payslips']['size']:,}", at=entry["at"], number=entry["number"], all=proof.head.size),
        *head_parts(str(proof.head)),
    ]  # fmt: skip


def payslip_parts(proof: PayslipProof) -> list[RenderableType]:
    """Print the figures of a proved payslip: lines, work, reported figures."""
    from batch.cli.views.figures import report_sheet
    from batch.cli.views.heading import illustrative_line
    from batch.cli.views.payslip import pay_sheet, workload_sheet

    payslip = proof.payslip
    parts: list[RenderableType] = [illustrative_line()] if payslip["illustrative"] else []
    parts += ["", pay_sheet(payslip["lines"])]
    if payslip["workload"]:
        parts += ["", workload_sheet(payslip["workload"])]
    if payslip["reports"]:
        parts += ["", report_sheet(payslip["reports"])]
    return parts


def consistency_facts(proof: ConsistencyProof) -> dict[str, Any]:
    """Describe both heads as JSON, and how many entries each covers."""
    return {
        "from": str(proof.earlier), "head": str(proof.head), "entries_before": proof.earlier.size,
        "entries": proof.head.size,
    }  # fmt: skip


def consistency_parts(proof: ConsistencyProof) -> list[str]:
    """Print both heads."""
    return [
        say("  earlier head, of {n} entries:", n=f"{proof.earlier.size:,}"), f"    {proof.earlier}",
        say("  later head, of {n} entries:", n=f"{proof.head.size:,}"), f"    {proof.head}",
    ]  # fmt: skip
