"""Pages on simulations, run from their first command to their last.

    python -m tests.simulation_story.told

runs docs/simulation.md and docs/simulation.zh.md in a demo county and writes what the commands print. Where a policy
file of the page quotes the digest of a plan, it is the one that the page printed before.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from batch.cli.demo_county import DemoCounty
from batch.cli.session import Progress
from payengine.periods import Period
from tests.audit_story.told import BLOCK, masked, told
from tests.support.paths import DOCS

PAGES = {"en": DOCS / "simulation.md", "zh": DOCS / "simulation.zh.md"}
PLAN = re.compile(r'plan = "2026-10:[0-9a-f]{64}:[0-9a-f]{64}"')
POLICY = re.compile(r"^```toml write policy/county\.toml\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_made: dict[str, Path] = {}  # by the text of the county's policy, as long as the process lives
_kept = tempfile.TemporaryDirectory()


def county(page: str, folder: Path) -> None:
    """Make the demo county under the layer that the page shows, or a copy of it."""
    found = POLICY.search(page)
    assert found, "the page shows the county's layer"
    text = found["text"]
    if text not in _made:
        made = Path(_kept.name) / str(len(_made))
        period, progress = Period.parse("2026-10"), Progress()
        demo = DemoCounty(made, "demo")
        demo.write(progress, records=900, staff=40, institutions=8, period=period, seed=1)
        (made / "policy").mkdir(exist_ok=True)
        (made / "policy" / "county.toml").write_text(text, encoding="utf-8")
        settings = made / "payengine.toml"
        settings.write_text(settings.read_text("utf-8").replace('policy = "demo"', 'policy = "county"'), "utf-8")
        demo.workspace = type(demo.workspace)(made)
        demo.price(period, progress)
        _made[text] = made
    shutil.copytree(_made[text], folder)


def story(page: str, language: str) -> str:
    """Run a page; a plan that it quotes is put in first as its own commands print it."""
    found = told(page, language, lambda folder: county(page, folder))
    printed = PLAN.findall(found.partition("payengine plan")[2])
    if printed and set(PLAN.findall(page)) != {printed[0]}:  # the policy is another one than when the page was written
        return story(PLAN.sub(printed[0], page), language)
    return found


__all__ = ["BLOCK", "PAGES", "masked", "story"]

if __name__ == "__main__":
    for spoken, file in PAGES.items():
        file.write_text(story(file.read_text(encoding="utf-8"), spoken), encoding="utf-8")
