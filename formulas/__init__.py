"""Pay rules, a file for each family, and the policies that are shipped with them.

A rule is a formula: a pure function whose arguments name other formulas, inputs or parameters of the policy. It
carries the label that a payslip prints and the document that it rests on; its docstring says the rule in words
(`docs/formulas.md`, `docs/rules.md`, `docs/sources.md`). The policies of regions and examples stand beside the rules
in `policies/*.toml`, the Chinese wording of refusals in `texts/zh`.

A rule may import `payengine`, other files of `formulas` and pure helpers of the standard library. It must not import
`batch` or read a file, a database or the clock: whatever a rule needs is an argument. No region, price or threshold
stands in code; a region chooses formulas and values in its policy. `batch` builds on this package; `payengine` must
not import it.
"""

from importlib import resources
from importlib.resources.abc import Traversable

from payengine.texts import add_catalogue

POLICIES: Traversable = resources.files(__name__).joinpath("policies")  # the folder of the policies that are shipped

add_catalogue(__name__)
