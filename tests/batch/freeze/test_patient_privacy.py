"""No message of `service_record` or `patient` shows a patient's number, whatever is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from batch.input_tables import BY_NAME, Column
from batch.values.hidden import hidden_message
from batch.values.messages import message
from batch.values.parse import Faults
from payengine import texts
from payengine.errors import Refused
from tests.support.freeze_case import freeze, record

NUMBER = "330683195001011234"
FAULTS = range(1, 32)  # more than there are kinds of faults: the last template stands for the rest
PRIVATE = [
    (table, column) for table in ("service_record", "patient") for column in BY_NAME[table].columns if column.private
]


def test_the_private_columns_are_those_that_name_a_patient() -> None:
    assert [(table, column.name) for table, column in PRIVATE] == [
        ("service_record", "patient"),
        ("patient", "patient"),
    ]
    others = [column.name for name, table in BY_NAME.items() for column in table.columns if column.private]
    assert others == ["patient", "patient"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("table", "column"), PRIVATE)
@pytest.mark.parametrize("fault", FAULTS)
def test_no_message_template_shows_the_value(table: str, column: Column, fault: int, language: str) -> None:
    texts.use(language)
    try:
        values = [pa.array([NUMBER]), pa.array([NUMBER.encode()]), pa.array([int(NUMBER)])]
        for raw in values:
            assert NUMBER not in message(column, fault, raw[0], raw.type)
            found = Faults(column, np.array([0]), np.array([fault], np.uint8), raw)
            assert NUMBER not in found.what(0)
        assert NUMBER not in hidden_message(column, f"{NUMBER}\u200b")
    finally:
        texts.use(None)


BROKEN = {
    "blank": {"patient": f" {NUMBER}"},
    "hidden": {"patient": f"{NUMBER[:9]}\u200b{NUMBER[9:]}"},
    "nul": {"patient": f"{NUMBER}\0"},
    "beside a wrong date": {"patient": NUMBER, "service_date": "2026-13-01"},
    "beside a wrong quantity": {"patient": NUMBER, "quantity": "x"},
}


@pytest.mark.parametrize("broken", BROKEN)
def test_no_refusal_of_a_record_shows_the_patient(tmp_path: Path, broken: str) -> None:
    with pytest.raises(Refused) as refused:
        freeze(tmp_path, [record("R1") | BROKEN[broken]])
    assert NUMBER[:9] not in refused.value.report()
    assert refused.value.problems


DEAD = {
    "twice": [{"patient": NUMBER, "died": "2026-10-01"}] * 2,
    "no date": [{"patient": NUMBER, "died": "soon"}],
    "cut": [
        {"patient": "330683195001011000", "died": "2026-10-01"},
        {"patient": "330683195001012000", "died": "2026-10-02"},
    ],
    "hidden": [{"patient": f"{NUMBER}\u200bx", "died": "2026-10-01"}],
    "blank": [{"patient": f"{NUMBER} ", "died": "2026-10-01"}],
}


@pytest.mark.parametrize("dead", DEAD)
@pytest.mark.parametrize("numbered", [True, False])
def test_no_refusal_of_the_dead_shows_the_patient(
    tmp_path: Path, dead: str, numbered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of a database have no numbers: their key names them, but never a patient."""
    if not numbered:
        from batch.sources import Place
        from tests.support.freeze_case import Given

        monkeypatch.setattr(Given, "place", lambda self, table, index: Place(table))
    with pytest.raises(Refused) as refused:
        freeze(tmp_path, [record("R1")], patient=DEAD[dead])
    assert "330683195" not in refused.value.report()


def test_rejected_records_are_told_without_patients(tmp_path: Path) -> None:
    frozen = freeze(tmp_path, [record("R1", staff="ghost", patient=NUMBER)])
    assert frozen.warnings
    assert not [text for text in frozen.warnings if NUMBER in text]
