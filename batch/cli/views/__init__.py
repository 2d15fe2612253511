"""Views: what commands print, each as `*_json` (a JSON object), `*_parts` (texts and tables) or `*_sheet` (one table).

A view reads results, a snapshot or a policy and prints what stands there; it computes no figure and opens no file.
Modules here may import `batch.reports`, `batch.results`, `payengine` and each other, but no command. All of them except
`text_width` are heavy: a command imports its view inside its function.
"""
