"""The group `payengine policy`: list, show, check, book and new, a file each.

`batch.cli.root` imports `group` when the group is used. A command loads its policy by `lookup` and hands figures to
`batch.cli.views.policy`; it must not import anything heavy before it is called, or `--help` would be slow.
"""
