"""`python -m guilder`: the command line."""

import sys

try:
    from guilder.cli import main

    main()
except KeyboardInterrupt:
    sys.exit(130)
