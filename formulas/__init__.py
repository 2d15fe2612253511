"""The rules, one file per rule family, and the policies of the regions beside them as TOML."""

from importlib import resources
from importlib.resources.abc import Traversable

from payengine.texts import add_catalogue

POLICIES: Traversable = resources.files(__name__).joinpath("policies")  # the folder of the policies that are shipped

add_catalogue(__name__)
