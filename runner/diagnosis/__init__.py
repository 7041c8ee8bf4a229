"""Why a run does not learn: what its data allow, what can be proved of it, and what was tried."""
