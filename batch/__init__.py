"""Sources, snapshots, the run and its ledger, exports and the command line."""

from payengine.texts import add_catalogue

add_catalogue(__name__)
