"""What do the sources say, under one scenario?

The curated tables, read under a scenario: sources chosen, readings applied, intervals and dates derived, and everything
with the name under which a reader meets it. Who wants sentences or conclusions goes to `analyses` and `wording`.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from html import escape
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from analysis.evidence import paths, schema, tables
from analysis.evidence.readings import apply_patches, derive, with_dates
from analysis.evidence.rows import Case, Claim, Row, Speaker, Stage, from_row, link, listed, table_of
from analysis.evidence.scenario import (
    ASSUMPTION_LEVELS,
    FRAMES,
    WIDER_TOO,
    Scenario,
    misnamed,
    parameters,
    refuse_unknown,
    scenario,
    source_names,
)

__all__ = ["ASSUMPTION_LEVELS", "FRAMES", "WIDER_TOO", "Record", "parameters"]

R = TypeVar("R", bound=Row)

Cell = tuple[str, str]
"""A field of a claim, and what a reading writes into it."""

Reads = Iterable[str] | Callable[[pd.DataFrame], pd.Series]
"""Which claims an analysis reads: those of some measures, or those that a filter of the claims table keeps."""


def _table(name: str) -> "cached_property[pd.DataFrame]":
    """A table, of the chosen sources where it is theirs, made when it is first asked for."""

    def read(record: "Record") -> pd.DataFrame:
        def make() -> pd.DataFrame:
            frame = with_dates(record.reported[name])
            if "source_id" in frame:
                frame = frame[frame["source_id"].isin(record.scenario.chosen("sources"))].reset_index(drop=True)
            return frame

        return record.cached((name, record.scenario["sources"]), make).copy(deep=False)

    read.__doc__ = f"A row is {schema.TABLES[name].what}."
    return cached_property(read)


@dataclass(frozen=True)
class Record:
    """What the sources say, under one scenario; made by :meth:`load`.

    The tables are DataFrames, as `schema` declares them: ``claims``, ``explanations``, ``cases``, ``stages``, ``events``,
    ``positions`` and ``sources`` of the chosen sources, ``speakers``, ``questions``, ``measures``. Beside each column of
    EDTF dates, such as ``as_of``, there are two of real dates: ``as_of_first``, ``as_of_last``.
    :meth:`name` is the name of a key; :meth:`claim`, :meth:`case` and :meth:`rows` give typed rows. ``reported`` are the tables
    as curated, which all records of them share: they are not to be written into.

    >>> from analysis import Record
    >>> record = Record.load(count_1631="present_stock", sources=["raseef22-2017-03", "mwn-2017-07"])
    >>> record.scenario.changed()
    {'count_1631': 'present_stock', 'sources': 'mwn-2017-07,raseef22-2017-03'}
    >>> print(record.claim("raseef22-2017-03.c03").label)
    BCIJ: 199 returned
    >>> record.name("measure", "arrested_terrorism")
    'arrested in terrorism cases'
    >>> returned = record.claims.query("measure == 'returned' and unit == 'persons'")
    >>> returned[["label", "as_of_last", "lower"]].shape[1]
    3
    """

    reported: Mapping[str, pd.DataFrame]
    scenario: Scenario
    memo: dict[Any, Any] = dataclasses.field(default_factory=dict, repr=False, compare=False)
    """What was derived so far, by all that bears on it: shared by the scenarios of one record."""

    @classmethod
    def load(cls, folder: Path = paths.CURATED, **choices: Any) -> "Record":
        """The curated tables in ``folder``, under the default scenario but for ``choices``.

        A choice is a parameter and its value: ``record="articles+wider"`` takes in the figures published elsewhere,
        ``sources=[...]`` only some articles, ``count_1631="present_stock"`` reads an ambiguity another way. All parameters are in
        ``record.scenario.parameters``. Raises ParameterError for a name or a value that does not exist, with those that do,
        EvidenceError where a table cannot be read, and FileNotFoundError where one is missing.
        """
        missing = [name for name in schema.TABLES if not (folder / f"{name}.csv").is_file()]
        if missing:
            raise FileNotFoundError(f"{', '.join(missing)}: not in {folder.name}. Run `make data` first.")
        content = tuple((folder / f"{name}.csv").read_bytes() for name in schema.TABLES)
        known = _loaded(content)
        return cls(known.reported, known.scenario.with_choices(**choices), known.memo)

    def __repr__(self) -> str:
        tables = ("claims", "explanations", "cases", "stages", "events", "positions")
        counts = ", ".join(f"{len(getattr(self, name)):,} {name}" for name in tables)
        kept = self.scenario.parameter("record").answer(self.scenario["record"])
        count = f"{len(self.sources)} article{'s' if len(self.sources) != 1 else ''}"
        return f"Record of {count} ({kept}): {counts}.\n{self.scenario!r}"

    def _repr_html_(self) -> str:
        return "<br>".join(escape(line) for line in repr(self).split("\n"))

    def with_choices(self, **choices: Any) -> "Record":
        """This record under other choices. Raises ParameterError."""
        return self.under(self.scenario.with_choices(**choices))

    def under(self, chosen: Scenario) -> "Record":
        """This record read under another scenario."""
        return replace(self, scenario=chosen)

    def with_parameters(self, analysis: Any, namespace: Mapping[str, Any]) -> "Record":
        """This record under the parameters of a notebook, checked on entry.

        ``analysis`` is the module of the notebook's analysis, ``namespace`` the notebook's ``globals()``. Raises ParameterError
        for a value that is not allowed, and for a name that was set in the place of a parameter.
        """
        names = self.parameters_of(analysis)
        refuse_unknown(misnamed(names, namespace), names)
        return self.under(self.scenario.with_choices(**{name: namespace[name] for name in names if name in namespace}))

    def rivals(self, names: Iterable[str]) -> Iterator[tuple[str, str, "Record"]]:
        """The record under each rival reading in turn: (ambiguity, reading, record), one change at a time."""
        wanted = set(names) & set(self.reported["readings"]["ambiguity"])
        changed = [
            (parameter.name, reading, self.with_choices(**{parameter.name: reading}))
            for parameter in self.scenario.parameters
            for reading in (parameter.values if parameter.name in wanted else ())
            if reading != self.scenario[parameter.name]
        ]
        self._patch(key for _, _, other in changed for key in other._patched_as.values())
        yield from changed

    def each_reading(self, ambiguity: str) -> dict[str, "Record"]:
        """The record under every reading of one ambiguity, the chosen scenario otherwise, by name."""
        return {name: self.with_choices(**{ambiguity: name}) for name in self.scenario.parameter(ambiguity).values}

    def ambiguities_of(self, reads: Reads) -> tuple[str, ...]:
        """The ambiguities that bear on the claims that an analysis reads, in the order of their names.

        ``reads`` are measures, or a filter of a table of claims. An ambiguity bears on them where one of the claims that it
        patches is read, as printed or under any of its readings; figures published elsewhere count too.
        """
        versions = self.cached("versions", self._versions)
        kept = reads(versions) if callable(reads) else versions["measure"].isin(list(reads))
        return tuple(sorted(set(versions.loc[kept.astype(bool), "of"])))

    def parameters_of(self, analysis: Any) -> tuple[str, ...]:
        """The parameters that an analysis takes: the ambiguities of what it ``READS``, and its ``CONVENTIONS``."""
        return (*self.ambiguities_of(analysis.READS), *analysis.CONVENTIONS)

    def _versions(self) -> pd.DataFrame:
        """Every claim that an ambiguity touches, as printed and under each reading; ``of`` names the ambiguity."""
        written: dict[tuple[str, str, str], list[Cell]] = {}
        for patch in self.patches:
            written.setdefault((patch.ambiguity, patch.claim_id, ""), [])  # as printed
            written.setdefault((patch.ambiguity, patch.claim_id, patch.reading), []).append((patch.field, patch.value))
        versions = self._written((claim, cells) for (_, claim, _), cells in written.items())
        return derive(versions.assign(of=[ambiguity for ambiguity, _, _ in written]), self.speakers)

    def _written(self, versions: Iterable[tuple[str, Iterable[Cell]]]) -> pd.DataFrame:
        """A row for each claim and the cells that are written into it, in one go: pandas takes long over each call."""
        wanted = [(str(place), claim, cells) for place, (claim, cells) in enumerate(versions)]
        claims = self.both.set_index("claim_id").loc[[claim for _, claim, _ in wanted]].reset_index()
        patches = [(place, field, value) for place, _, cells in wanted for field, value in cells]
        patched = apply_patches(
            claims.assign(claim_id=[place for place, _, _ in wanted]),
            pd.DataFrame(patches, columns=["claim_id", "field", "value"]),
        )
        return patched.assign(claim_id=claims["claim_id"])[list(self.both)]

    @cached_property
    def claims(self) -> pd.DataFrame:
        """The claims of the chosen sources and record, less the families left out, under the chosen readings.

        Their intervals follow these readings. Figures published elsewhere have neither span nor case.
        """

        def make() -> pd.DataFrame:
            rows, wide = self.claim_rows, self.scenario["record"] == WIDER_TOO
            first = (self.both if wide else self.reported["claims"]).head(1)
            types = self.cached(("types", wide), lambda: self._derived(first).dtypes).items()
            return pd.DataFrame({name: pd.array([getattr(row, name) for row in rows], kind) for name, kind in types})

        return self.cached(self.choice, make).copy(deep=False)  # what is written into it stays there

    @property
    def claim_rows(self) -> list[Any]:
        """The same, claim by claim, for who looks at each by itself."""
        printed = self.cached(("rows", self.scenario["about_width"]), lambda: listed(self._derived(self.both)))
        sources, left_out = {*self.scenario.chosen("sources")}, {*self.scenario.chosen("left_out")}
        if self.scenario["record"] == WIDER_TOO:
            sources.add("wider")
        kept = (row for row in printed if row.source_id in sources and row.family not in left_out)
        patched = self.patched
        return [patched.get(row.claim_id, row) for row in kept]

    @property
    def both(self) -> pd.DataFrame:
        """The claims of all articles, as coded, with the figures published elsewhere, which have no case."""
        tables = [self.reported["claims"], self.reported["wider"]]
        empty = {"case_id": "", "as_of_basis": ""}
        return self.cached("both", lambda: pd.concat(tables, ignore_index=True).fillna(empty))

    def cached(self, key: Any, make: Callable[[], Any]) -> Any:
        """``make()``, unless it was made before under ``key``, which names all that bears on it."""
        if key not in self.memo:
            self.memo[key] = make()
        return self.memo[key]

    @cached_property
    def choice(self) -> tuple[Any, ...]:
        """What the claims depend on: the choices of sources, record, families, widths and readings."""
        names = ("sources", "record", "left_out", "about_width", *self.reported["readings"]["ambiguity"].unique())
        return tuple(self.scenario[name] for name in names)

    def _derived(self, claims: pd.DataFrame) -> pd.DataFrame:
        return with_dates(derive(claims, self.speakers, self.scenario["about_width"]))

    @property
    def patches(self) -> list[Any]:
        """What each reading writes into claims, as rows."""
        return self.cached("patches", lambda: listed(self.reported["patches"]))

    @cached_property
    def _patched_as(self) -> dict[str, tuple[Any, ...]]:
        """The claims that the chosen readings patch, each with the key of its row: the width of "about", and its cells."""
        cells: dict[str, tuple[Cell, ...]] = {}
        for patch in self.patches:
            if self.scenario[patch.ambiguity] == patch.reading:
                cells[patch.claim_id] = (*cells.get(patch.claim_id, ()), (patch.field, patch.value))
        return {claim: ("patched", self.scenario["about_width"], claim, written) for claim, written in cells.items()}

    def _patch(self, keys: Iterable[tuple[Any, ...]]) -> None:
        """Derive the rows for those of ``keys`` that are not known yet, all in one call; they are of this record's width."""
        if new := [key for key in dict.fromkeys(keys) if key not in self.memo]:
            versions = self._written((claim, cells) for _, _, claim, cells in new)
            self.memo.update(zip(new, listed(self._derived(versions)), strict=True))

    @cached_property
    def patched(self) -> dict[str, Any]:
        """The claims that the chosen readings patch, of whatever source, as rows by their ids."""
        self._patch(self._patched_as.values())
        return {claim: self.memo[key] for claim, key in self._patched_as.items()}

    sources = _table("sources")
    explanations = _table("explanations")
    cases = _table("cases")
    stages = _table("stages")
    events = _table("events")
    positions = _table("positions")
    codings = _table("codings")
    speakers = _table("speakers")
    questions = _table("questions")
    measures = _table("measures")

    def terms(self, field: str) -> list[str]:
        """The terms of one field of the codebook, in the codebook's order."""
        codebook = self.reported["codebook"]
        return list(codebook.loc[codebook["field"] == field, "term"])

    def name(self, field: str, key: str) -> str:
        """The name under which a reader meets a key. Raises KeyError for a key without one.

        ``field`` is a field of the codebook, ``measure`` (also of ``base``), ``speaker`` (short name), ``source_id``, ``question``,
        ``claim_id``, ``case_id``, or a parameter, whose values are answers.
        """
        return self.names["measure" if field == "base" else field][key]

    def label(self, row_id: str) -> str:
        """The name of a claim, of a figure published elsewhere or of a case. Raises KeyError."""
        return self.names["claim_id"].get(row_id) or self.names["case_id"][row_id]

    @property
    def names(self) -> dict[str, dict[str, str]]:
        """The names of keys by field: those of the codebook, then the other tables', then the answers of the choices."""
        return self.cached("names", self._names)

    def _names(self) -> dict[str, dict[str, str]]:
        column = lambda table, key, name: tables.lookup(self.reported[table], key, name)
        return (
            tables.nested(self.reported["codebook"], "field", "term", "label")
            | {
                "measure": column("measures", "measure", "label"),
                "speaker": column("speakers", "speaker", "short"),
                "source_id": source_names(self.reported["sources"]),
                "question": column("questions", "question", "wording"),
                "claim_id": column("wider", "claim_id", "label") | column("claims", "claim_id", "label"),
                "case_id": column("cases", "case_id", "label"),
            }
            | {parameter.name: dict(parameter.answers) for parameter in self.scenario.parameters}
        )

    def claim(self, claim_id: str) -> Claim:
        """One claim, of those that the chosen sources, record and families leave. Raises KeyError."""
        return self._one(Claim, claim_id)

    def case(self, case_id: str) -> Case:
        """One case with its stages. Raises KeyError."""
        return self._one(Case, case_id)

    def _one(self, kind: type[R], row_id: str) -> R:
        table = table_of(kind)
        frame: pd.DataFrame = getattr(self, table.name)
        found = self.rows(kind, frame[frame[table.id].eq(row_id)])
        if not found:
            others = f"{len(frame)} rows, such as {frame[table.id].min()}"
            raise KeyError(f"no {table.name} row {row_id!r} in the chosen sources; {others}")
        return found[0]

    def rows(self, kind: type[R], frame: pd.DataFrame | None = None) -> tuple[R, ...]:
        """The rows of a table as typed objects: ``record.rows(Claim)``, or of a part of it that ``frame`` holds."""
        frame = getattr(self, table_of(kind).name) if frame is None else frame
        return tuple(self._typed(kind, row) for row in frame.to_dict("records"))

    def _typed(self, kind: type[R], row: Mapping[str, Any]) -> R:
        source = row["source_id"]
        article = source in self._pages
        given: dict[str, Any] = {
            "source": self.name("source_id", source) if article else row["publisher"],
            "link": link(self._pages[source], row["phrase"]) if article else link(row["url"]),
        }
        if kind is Case:
            given["stages"] = self.rows(Stage, self.stages[self.stages["case_id"].eq(row["case_id"])])
        else:
            given["speaker"] = self._speaker[row["speaker"]]
        return from_row(kind, row, **given)

    @cached_property
    def _pages(self) -> dict[str, str]:
        sources = self.reported["sources"]
        pages = sources["url"].where(sources["url"].ne(""), sources["stored_copy_url"])
        return tables.lookup(sources.assign(page=pages), "source_id", "page")

    @cached_property
    def _speaker(self) -> dict[str, Speaker]:
        return {row["speaker"]: from_row(Speaker, row) for row in self.speakers.to_dict("records")}


@lru_cache(maxsize=1)
def _loaded(content: tuple[bytes, ...]) -> Record:
    """The curated tables under the default scenario, read once for as long as their ``content`` is the same."""
    read = zip(content, schema.TABLES.values(), strict=True)
    loaded = {table.name: tables.read_curated(one, table) for one, table in read}
    return Record(loaded, scenario(parameters(loaded), {}))
