"""What a sweep costs besides its training, as measured on one machine; progress and dry runs count with it.

Seconds of one processor, from `python -m benchmarks sweep first` (benchmarks/RESULTS.md); bytes that match the memory
and disk which `python -m benchmarks dry-run` measures.
"""

START_SECONDS = 0.6  # Hydra and the named sweeps
OPENING_SECONDS = 2.2  # MLflow's client and the store, while workers train already
TABLES_SECONDS = 0.9  # more where the store is a new file
FINISH_SECONDS = 0.6  # the comparison with its pictures, the best run's model, the end of the process
COMPOSING_SECONDS = 0.001  # of a run, planning included, and so on
PICTURE_SECONDS = 0.028
WRITING_SECONDS = 0.003

MAIN_BYTES = 280 << 20
WORKER_BYTES = 80 << 20
RESULT_BYTES = 30_000
STORE_BYTES = 1 << 20
RUN_BYTES = 62_000
PICTURE_BYTES = 25_000
