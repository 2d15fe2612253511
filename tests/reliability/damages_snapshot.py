"""Damages of a frozen snapshot: changed, signed anew, cut, renamed, replaced by a link."""

from __future__ import annotations

import json
import shutil

from batch.snapshot.layout import MANIFEST
from tests.reliability.damage import REFUSED, SNAPSHOT, Office, damage
from tests.support.signed_damage import change_manifest, last_number_up, rewrite

PAY = "tables/pay_component.parquet"
HOT = "hot/00000.arrow"
FILES = (PAY, HOT, "records/00000.parquet", "tables/engagement.parquet", "rejected.parquet")


@damage("changed_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def byte_changed(office: Office) -> tuple[str, ...]:
    name = office.rng.choice(FILES)
    data = bytearray((office.snapshot / name).read_bytes())
    data[office.rng.randrange(len(data))] ^= 1 << office.rng.randrange(8)
    (office.snapshot / name).write_bytes(data)
    return (name.partition(".")[0] if name == PAY else name.split("/")[0],)


@damage("changed_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def file_cut(office: Office) -> tuple[str, ...]:
    name = office.rng.choice(FILES)
    data = (office.snapshot / name).read_bytes()
    (office.snapshot / name).write_bytes(data[: len(data) // 2])
    return (name,)


@damage("changed_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def file_missing(office: Office) -> tuple[str, ...]:
    name = office.rng.choice(FILES)
    (office.snapshot / name).unlink()
    return (name,)


@damage("changed_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def file_too_many(office: Office) -> tuple[str, ...]:
    shutil.copy(office.snapshot / PAY, office.snapshot / "tables" / "more.parquet")
    return ("tables/more.parquet",)


@damage("changed_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def manifest_cut(office: Office) -> tuple[str, ...]:
    text = (office.snapshot / MANIFEST).read_text(encoding="utf-8")
    (office.snapshot / MANIFEST).write_text(text[: len(text) // 2], encoding="utf-8")
    return (office.snapshot.name, MANIFEST)


@damage("changed_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def manifest_missing(office: Office) -> tuple[str, ...]:
    (office.snapshot / MANIFEST).unlink()
    return (office.snapshot.name, MANIFEST)


@damage("changed_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def notes_of_the_manifest_of_another_shape(office: Office) -> tuple[str, ...]:
    """Beside the digest, which does not cover them."""
    key, other = office.rng.choice(
        [("tables", {"staff": {"rows": 1}}), ("record_months", []), ("period_rows", {"finance": 1}), ("longer", 7)]
    )
    change_manifest(office.snapshot, lambda manifest: manifest["frozen"].update({key: other}))
    return (office.snapshot.name, MANIFEST)


@damage("resigned_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def amount_changed_and_signed(office: Office) -> tuple[str, ...]:
    rewrite(office.snapshot, PAY, last_number_up)
    return ("pay_component",)


@damage("resigned_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def points_changed_and_signed(office: Office) -> tuple[str, ...]:
    rewrite(office.snapshot, HOT, last_number_up)
    return ("hot",)


@damage("resigned_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def counts_of_the_manifest_changed(office: Office) -> tuple[str, ...]:
    change_manifest(office.snapshot, lambda manifest: manifest["logical"]["counts"].update(read=1))
    return (MANIFEST, "digest")


@damage("resigned_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def digest_of_the_manifest_changed(office: Office) -> tuple[str, ...]:
    change_manifest(office.snapshot, lambda manifest: manifest.update(digest="0" * 64))
    return (MANIFEST, "digest")


@damage("moved_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def folder_renamed(office: Office) -> tuple[str, ...]:
    other = "f" * 64
    pointer = office.snapshot.parent / "newest"
    office.snapshot.rename(office.snapshot.parent / other)
    pointer.write_text(other + "\n", encoding="utf-8")
    return (MANIFEST, "name")


@damage("moved_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def pointer_to_elsewhere(office: Office) -> tuple[str, ...]:
    place = office.snapshot.parent
    shutil.copytree(office.snapshot, office.folder / "elsewhere")
    (place / "newest").write_text("../../elsewhere\n", encoding="utf-8")
    return ("newest",)


@damage("moved_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def pointer_missing(office: Office) -> tuple[str, ...]:
    (office.snapshot.parent / "newest").unlink()
    return ("newest",)


@damage("moved_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def period_changed(office: Office) -> tuple[str, ...]:
    def change(manifest: dict[str, object]) -> None:
        manifest["logical"] = json.loads(json.dumps(manifest["logical"]).replace('"2026-10"', '"2026-11"', 1))

    change_manifest(office.snapshot, change)
    return (MANIFEST,)


@damage("moved_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def file_is_a_link(office: Office) -> tuple[str, ...]:
    name = office.rng.choice(FILES)
    (office.snapshot / name).rename(office.folder / "kept")
    (office.snapshot / name).symlink_to(office.folder / "kept")
    return (name, "link")


@damage("moved_snapshot", REFUSED, stage=SNAPSHOT, code=7)
def folder_is_a_link(office: Office) -> tuple[str, ...]:
    snapshot = office.snapshot
    snapshot.rename(office.folder / "kept")
    snapshot.symlink_to(office.folder / "kept", target_is_directory=True)
    return (snapshot.name, "link")


@damage("moved_snapshot", REFUSED, stage=SNAPSHOT)
def folder_is_gone(office: Office) -> tuple[str, ...]:
    shutil.rmtree(office.snapshot)
    return ("2026-10",)
