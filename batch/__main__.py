"""`python -m batch`: the command line, where no `payengine` script stands on the path."""

from batch.cli import main

if __name__ == "__main__":
    main()
