"""Data sets of small images."""

from typing import Annotated

import numpy as np

from nn.registry import Array, Range
from runner.datasets.samples import DATASETS, Samples, Streams, Target
from runner.datasets.synthetic import Count

THICKNESS, SHORTEST, LATEST_START = 2, 6, 8
Size = Annotated[int, Range(ge=8, le=256)]


@DATASETS.register
def bars(streams: Streams, *, samples: Count = 2000, size: Size = 12) -> Samples:
    """Noisy 8-bit images of one bar, horizontal or vertical; the class is its direction. The two classes alternate.

    Pixels are v / 128 - 1 for v in 0..255. The background is N(96, 20^2); the bar is 2 pixels wide, at least 6 long,
    and brighter by U(70, 130). No linear rule separates the classes.
    """

    def images(streams: Streams, shares: Array, Y: Target) -> Array:
        """One image per row of four shares in [0, 1), which place and light its bar."""
        n = len(Y)
        across = np.floor(shares[:, 0] * (size - THICKNESS + 1))
        start = np.floor(shares[:, 1] * (size - LATEST_START + 1))
        length = SHORTEST + np.floor(shares[:, 2] * (size - start - SHORTEST + 1))
        brighter = 70 + 60 * shares[:, 3]
        pixels = 96 + 20 * streams.noise.standard_normal((n, size, size))
        place = np.arange(size)
        thick = (place >= across[:, np.newaxis]) & (place < across[:, np.newaxis] + THICKNESS)
        long = (place >= start[:, np.newaxis]) & (place < (start + length)[:, np.newaxis])
        horizontal = thick[:, :, np.newaxis] & long[:, np.newaxis, :]
        is_bar = np.where((Y == 0)[:, np.newaxis, np.newaxis], horizontal, horizontal.swapaxes(1, 2))
        pixels += is_bar * brighter[:, np.newaxis, np.newaxis]
        return np.asarray(np.clip(np.round(pixels), 0, 255).reshape(n, -1) / 128 - 1)

    def draw(streams: Streams, n: int) -> tuple[Array, Target]:
        shares = streams.inputs.random((n, 5))
        Y = (shares[:, 4] < 0.5).astype(np.int64)
        return images(streams, shares, Y), Y

    Y = np.arange(samples) % 2
    X = images(streams, streams.inputs.random((samples, 5)), Y)
    names = tuple(f"p{row}_{column}" for row in range(size) for column in range(size))
    return Samples(X, Y, "classification", names, "direction", ("horizontal", "vertical"), draw=draw)
