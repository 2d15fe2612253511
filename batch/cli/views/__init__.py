"""Printed forms of everything that commands answer.

Names end in `_json` (a JSON object), `_parts` (texts and tables), `_sheet` (one table) or `_text` (a cell).

A view reads results, a snapshot or a policy and prints what stands there; it computes no figure and opens no file.
Modules here may import `batch.reports`, `batch.results`, `payengine` and each other, but no command. All of them except
`text_width` are heavy: a command imports its view inside its function.
"""
