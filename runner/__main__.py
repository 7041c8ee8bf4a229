"""`python -m runner`: train one network, or with `-m` every combination of the given settings."""

import sys

if __name__ == "__main__":
    try:
        from runner.app import main

        code = main()
    except KeyboardInterrupt:  # pressed before anything had begun
        code = 130
    sys.exit(code)
