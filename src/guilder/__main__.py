"""`python -m guilder`: the command line."""

from guilder.cli import main

main()
