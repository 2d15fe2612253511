"""A new workspace as it is printed: its folder and the steps to a first month."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from batch.cli.session import quoted
from batch.settings import FILE, KEY_FILE, key_command
from payengine.texts import say


def workspace_parts(
    folder: Path, layer: Path, missing: list[dict[str, Any]], pays: bool, extended: str, template: Path | None = None
) -> list[str]:
    """Print the folder that was made and the numbered steps to a first month.

    `pays` tells if the policy `extended`, over which the layer is, has lines to pay; `template` is the workbook that
    was written.
    """
    here = f"payengine --workspace {quoted(str(folder))}"
    values = [f"     {value['parameter']}  {value['text']}" for value in missing]
    steps = [
        [say("see which tables, names and values it needs: {command}", command=f"{here} policy needs {extended}")],
        [
            say("fill in the workbook {file}: its first sheet says how", file=template)
            if template
            else say(
                "put the input tables into {folder}, or name a database in payengine.toml (docs/input.md)",
                folder=folder / "input",
            ),
            *(
                []
                if template
                else [
                    "     "
                    + say(
                        "a workbook to fill in is made by: {command}",
                        command=f"payengine init {quoted(str(folder))} --template",
                    )
                ]
            ),
        ],
        [
            say("fill in {n} value(s) in {file}:", n=len(missing), file=layer),
            "     " + say("one by one: {command}", command=f"{here} policy new {layer.stem} --ask"),
            *values,
        ]
        if values
        else [],
        [
            say(
                "see what the policy pays and add to it in {file}: {command}", file=layer, command=f"{here} policy show"
            )
            if pays
            else say(
                "policy {policy} pays nothing yet: name its outputs in {file} under [formulas.month] (docs/policy.md)",
                policy=layer.stem,
                file=layer,
            )
        ],
        [
            say("give a patient key (variable PAYENGINE_PATIENT_KEY), or say that patients are pseudonyms already"),
            "     " + say("one is made, in the new folder, by: {command}", command=key_command(Path("..", KEY_FILE))),
            "     "
            + say("then write under [privacy] in {file}: {line}", file=FILE, line=f'key_file = "../{KEY_FILE}"'),
        ],
        [f"{here} month PERIOD"],
    ]
    parts = [say("Made the workspace {folder}", folder=folder), "", say("What to do next:")]
    for number, step in enumerate((step for step in steps if step), 1):
        parts += [f"  {number}. {step[0]}", *step[1:]]
    return parts
