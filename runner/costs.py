"""What a run costs besides its training, as measured; progress and dry runs count with it."""

PICTURE_SECONDS = 0.028  # of processor time
WRITING_SECONDS = 0.005
