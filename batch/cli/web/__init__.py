"""Read-only pages for auditors and directors: what the command line shows, in a browser.

Pages call the functions that the commands call, and lay out what the commands print; nothing is computed or queried
here in another way. `app` takes every request, `guard` stands before it, `scope` decides who sees what; the pages stand
in `run_pages`, `people_pages` and `change_pages`. Modules here may import the workspace, the views and what views may;
only `batch/cli/serve.py` and `batch/cli/link.py` import them.
"""
