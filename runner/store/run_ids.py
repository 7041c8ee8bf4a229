"""MLflow's run ids: 32 hexadecimal characters, of which tables show the first eight."""

import re

WHOLE, SHORTEST = 32, 8
RUN_ID = re.compile(rf"[0-9a-f]{{{WHOLE}}}")
BEGINNING = re.compile(rf"[0-9a-f]{{{SHORTEST},{WHOLE}}}")  # of an id, or all of it
