"""An update as a function in machine code: for every block of runs, for every step, one loop per group.

A block is several vectors of runs side by side, so that all rows of a block stay in the cache. Sums keep a tile of
entries in registers, and each entry is summed in index order, as NumPy does for rows.
"""

from collections.abc import Callable, Sequence

import llvmlite.ir as ir

from nn.fused.emitting import INT, POINTER, Emitter, Index, Vector, whole
from nn.fused.grouping import Group
from nn.fused.loops import loop_of
from nn.fused.placing import SPACES, Places
from nn.fused.record import Recording
from nn.fused.tape import Operand, Operation, Rows, Tape

NAME = "updates"
UNROLLED = 4  # terms of a sum that are written out instead of a loop
SQUARE, LINE = 4, 8  # entries of a sum that are added up side by side: in a table, and in a single row or column
OF_STEPS = ("masks", "stepwise", "cost")  # spaces that have their rows for every step


def written(
    recording: Recording, groups: Sequence[Group], places: Places, vectors: int, emitter: Emitter, fuses: bool
) -> str:
    """The function as text: `updates(one pointer for each space, starts, blocks, steps, samples, rates)`.

    It does `steps` updates of `blocks` blocks, each with `vectors` vectors. Update s has the samples from `starts[s]`
    on, of `samples` that are there, and a learning rate of its own, or if `rates` is 1 the same as all others. `fuses`
    where NumPy does not round products before it adds them.
    """
    *spaces, starts, blocks, steps, samples, rates = emitter.function.args
    base = dict(zip(SPACES, spaces, strict=True))
    each = places.sizes | {"x": recording.x.shape[-1], "t": recording.t.shape[-1], "weights": 1}  # of each sample
    calls = _Calls(emitter, recording.tape, vectors)

    def step(b: Index, s: Index) -> None:
        start = emitter.builder.load(emitter.builder.gep(starts, [whole(s)], source_etype=INT), typ=INT)
        sample = emitter.plus(emitter.times(b, samples), start)
        in_steps = emitter.plus(emitter.times(b, steps), s)
        is_alone = emitter.builder.icmp_unsigned("==", rates, whole(1))
        rate = emitter.plus(emitter.times(b, rates), emitter.builder.select(is_alone, whole(0), s))
        rows = dict.fromkeys(OF_STEPS, in_steps) | dict.fromkeys(("kept", "settings"), b)
        rows |= {"x": sample, "t": sample, "weights": sample, "rates": rate}
        own = {name: emitter.at(base[name], emitter.times(at, each[name] * vectors)) for name, at in rows.items()}
        body = Body(emitter, places, base | own, vectors, fuses)
        for group in groups:
            if group.is_call:
                calls.write(group.first, body)
            else:
                body.loop(group)

    emitter.loop(blocks, lambda b, _: emitter.loop(steps, lambda s, _: step(b, s)))
    emitter.builder.ret_void()
    return str(emitter.module)


class Body:
    """The loops of one step. `base` has the address of every space for a block and a step."""

    def __init__(self, emitter: Emitter, places: Places, base: dict[str, ir.Value], vectors: int, fuses: bool) -> None:
        self.emitter, self._places, self._base, self._vectors, self._fuses = emitter, places, base, vectors, fuses

    def address(self, rows: Rows, i: Index, k: Index, v: Index = 0, term: Index = 0) -> ir.Value:
        """Where an entry of a table of rows is, for one of the vectors of the block."""
        emitter, (space, first) = self.emitter, self._places.of[rows.buffer.number]
        steps = (i, rows.strides[0]), (k, rows.strides[1]), (term, rows.each)
        row = emitter.plus(first + rows.first, *(emitter.times(index, by) for index, by in steps))
        if space == "arrays":  # one value for all runs
            return emitter.builder.gep(self._base[space], [whole(row)], source_etype=emitter.scalar)
        return emitter.at(self._base[space], emitter.plus(emitter.times(row, self._vectors), v))

    def value(self, operand: Operand, i: Index, k: Index, v: Index, term: Index = 0) -> Vector:
        if not isinstance(operand, Rows):
            return self.emitter.splat(operand)
        address, is_shared = self.address(operand, i, k, v, term), self._places.of[operand.buffer.number][0] == "arrays"
        return self.emitter.load_splat(address) if is_shared else self.emitter.load(address)

    def loop(self, group: Group) -> None:
        """All entries of a group, a tile at a time."""
        high, wide = _tile(group.first)

        def tile(i: Index, k: Index, rows: int, columns: int) -> None:
            plus = self.emitter.plus
            entries = [(plus(i, row), plus(k, column)) for row in range(rows) for column in range(columns)]
            self.emitter.loop(self._vectors, lambda v, _: self._tile(group, entries, v))

        n0, n1 = group.first.out.shape
        self._spanned(n0, high, lambda i, rows: self._spanned(n1, wide, lambda k, columns: tile(i, k, rows, columns)))

    def _spanned(self, n: int, size: int, write: Callable[[Index, int], None]) -> None:
        """Write what is done for every `size` of n indices, and for those that are left."""
        most = n // size * size
        if most:
            self.emitter.loop(most, lambda index, _: write(index, size), size)
        if most < n:
            write(most, n - most)

    def _tile(self, group: Group, entries: Sequence[tuple[Index, Index]], v: Index) -> None:
        is_sum = group.first.terms > 0
        sums = self._sums(group.first, entries, v) if is_sum else []
        for place, (i, k) in enumerate(entries):
            known = {group.first.out: sums[place]} if is_sum else dict[Rows, Vector]()

            def value(operand: Operand, i: Index = i, k: Index = k, known: dict[Rows, Vector] = known) -> Vector:
                if not isinstance(operand, Rows):
                    return self.value(operand, i, k, v)
                if operand not in known:
                    known[operand] = self.value(operand, i, k, v)
                return known[operand]

            for operation in group.operations[is_sum:]:
                known[operation.out] = self.emitter.compute(operation.name, [value(one) for one in operation.inputs])
            for rows in dict.fromkeys(group.written):
                if rows in group.stored:
                    self.emitter.store(known[rows], self.address(rows, i, k, v))

    def _sums(self, operation: Operation, entries: Sequence[tuple[Index, Index]], v: Index) -> list[Vector]:
        """Entries of a sum side by side, each in the order of its terms."""
        builder, of_product = self.emitter.builder, operation.name == "product"
        factors = operation.inputs[: 1 + of_product]

        def with_term(j: Index, totals: list[Vector]) -> list[Vector]:
            loaded = dict[tuple[int, Index, Index], Vector]()

            def factor(place: int, i: Index, k: Index) -> Vector:
                rows = factors[place]
                s0, s1 = rows.strides if isinstance(rows, Rows) else (0, 0)
                key = place, i if s0 else 0, k if s1 else 0  # what a tile has in common is loaded once
                if key not in loaded:
                    loaded[key] = self.value(rows, *key[1:], v, j)
                return loaded[key]

            def added(total: Vector, i: Index, k: Index) -> Vector:
                terms = [factor(place, i, k) for place in range(len(factors))]
                if of_product and self._fuses:
                    return self.emitter.intrinsic("fma", *terms, total)
                term = builder.fmul(*terms) if of_product else terms[0]
                return builder.fmul(total, term) if operation.name == "all" else builder.fadd(total, term)

            return [added(total, i, k) for total, (i, k) in zip(totals, entries, strict=True)]

        totals = [self.emitter.splat(1.0 if operation.name == "all" else 0.0)] * len(entries)
        if operation.terms > UNROLLED:
            return self.emitter.loop(operation.terms, with_term, carried=totals)
        for j in range(operation.terms):
            totals = with_term(j, totals)
        return totals


def _tile(operation: Operation) -> tuple[int, int]:
    """How many rows and columns of a table are computed side by side."""
    (n0, n1), is_product = operation.out.shape, operation.name == "product"
    if not operation.terms:
        return 1, 1
    if is_product and n0 > 1 and n1 > 1:
        return SQUARE, SQUARE
    return (1, LINE) if n1 > 1 else (LINE, 1)


class _Calls:
    """Calls of NumPy's own loops, which get their arguments in memory: addresses, the length, and the strides."""

    def __init__(self, emitter: Emitter, tape: Tape, vectors: int) -> None:
        self._emitter, self._tape, self._runs = emitter, tape, vectors * emitter.width
        self._addresses, self._strides, self._length = (
            emitter.builder.alloca(kind, size) for kind, size in ((POINTER, 4), (INT, 4), (INT, 1))
        )
        self._constants = dict[str, ir.Value]()

    def write(self, operation: Operation, body: Body) -> None:
        """As few calls as the places of the rows allow: for the whole table, for a row of it, or for an entry."""
        tables = [one for one in (*operation.inputs, operation.out) if isinstance(one, Rows)]
        (n0, n1), write = operation.out.shape, self._reduce if operation.terms else self._elementwise
        in_line = all(one.strides[1] == (n1 > 1) for one in tables)
        if in_line and all(one.strides[0] == n1 * (n0 > 1) for one in tables):
            write(operation, body, (0, 0), n0 * n1)
            return

        def row(i: Index) -> None:
            if in_line:
                write(operation, body, (i, 0), n1)
            else:
                self._emitter.loop(n1, lambda k, _: write(operation, body, (i, k), 1))

        self._emitter.loop(n0, lambda i, _: row(i))

    def _elementwise(self, operation: Operation, body: Body, at: tuple[Index, Index], rows: int) -> None:
        """For some rows one after the other; a plain number has the stride 0, as NumPy hands it over."""
        where = [
            (body.address(one, *at), True) if isinstance(one, Rows) else (self._constant(one), False)
            for one in (*operation.inputs, operation.out)
        ]
        self._call(operation.name, where, rows)

    def _reduce(self, operation: Operation, body: Body, at: tuple[Index, Index], rows: int) -> None:
        """Rows of a maximum: the first term, or what it starts from, and then the others one by one, as in NumPy."""
        (terms, *start), emitter = operation.inputs, self._emitter
        assert isinstance(terms, Rows)
        out = body.address(operation.out, *at)

        def begin(v: Index) -> None:
            value = body.value(start[0], 0, 0, 0) if start else emitter.load(emitter.at(body.address(terms, *at), v))
            emitter.store(value, emitter.at(out, v))

        def follow(j: Index) -> None:
            term = body.address(terms, *at, term=emitter.plus(j, 0 if start else 1))
            self._call(operation.name, [(out, True), (term, True), (out, True)], rows)

        emitter.loop(rows * (self._runs // emitter.width), lambda v, _: begin(v))
        if left := operation.terms - (not start):
            emitter.loop(left, lambda j, _: follow(j))

    def _call(self, name: str, where: Sequence[tuple[ir.Value, bool]], rows: int) -> None:
        builder, itemsize = self._emitter.builder, self._emitter.itemsize
        for place, (address, is_row) in enumerate(where):
            builder.store(address, builder.gep(self._addresses, [whole(place)], source_etype=POINTER))
            builder.store(whole(itemsize * is_row), builder.gep(self._strides, [whole(place)], source_etype=INT))
        builder.store(whole(rows * self._runs), self._length)
        loop = loop_of(self._tape.ufuncs[name], self._tape.dtype)
        function = self._emitter.external(f"numpy.{name}.{loop.address:x}", [POINTER] * 4)
        data = builder.inttoptr(whole(loop.data), POINTER)
        builder.call(function, [self._addresses, self._length, self._strides, data])

    def _constant(self, value: float) -> ir.Value:
        """The address of a plain number."""
        key = float(value).hex()
        if key not in self._constants:
            scalar = ir.Constant(self._emitter.scalar, value)
            made = ir.GlobalVariable(self._emitter.module, scalar.type, f"constant{len(self._constants)}")
            made.initializer, made.global_constant, made.linkage = scalar, True, "private"
            self._constants[key] = made
        return self._constants[key]
