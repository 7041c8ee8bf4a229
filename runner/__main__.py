"""`python -m runner`: train one network or, with `-m`, every combination of the given settings."""

import sys

from runner.app.main import main

if __name__ == "__main__":
    sys.exit(main())
