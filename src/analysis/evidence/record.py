"""What do the sources say, under one scenario?

The curated tables, loaded and read under a scenario: sources chosen, readings applied, intervals derived. A reading
is a patch: it sets a field of a claim, and everything that depends on the field follows.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.evidence import paths
from analysis.evidence import schema as tables
from analysis.evidence.dates import days
from analysis.evidence.hedges import interval
from analysis.evidence.problems import EvidenceError, Problem
from analysis.evidence.scenario import Parameter, Scenario, injected_names, refuse_unknown, scenario

FRAMES = ("hafez_mullins", "push_pull_personal", "neumann")
"""The coding frames of the explanations, each a column of codes."""


LEVELS = ("monotone", "claims", "balance", "aligned", "closed")
"""The nested assumptions of the accounting, the default first; `analysis.account.model` says what each holds."""

WIDER_TOO = "articles+wider"
"""The record that takes in the figures published elsewhere."""


def derive(claims: pd.DataFrame, about_width: float = 1.0) -> pd.DataFrame:
    """``claims`` with ``lower``, ``upper``, ``period_start`` and ``period_end`` computed from what was coded.

    Takes and returns the columns of the claims table; ``value`` and ``value_to`` may be text or numbers. Raises
    ValueError where a hedge lacks its number or a date is none.
    """
    width = Decimal(repr(about_width))
    rows = claims[["hedge", "value", "value_to", "unit"]].itertuples(index=False)
    bounds = [interval(hedge, decimal(value), decimal(to), unit, width) for hedge, value, to, unit in rows]
    windows = [days(period) if period else (None, None) for period in claims["period"]]
    claims = claims.assign(
        lower=pd.array([low for low, _ in bounds], dtype="Float64"),
        upper=pd.array([high for _, high in bounds], dtype="Float64"),
        period_start=[first.isoformat() if first else "" for first, _ in windows],
        period_end=[last.isoformat() if last else "" for _, last in windows],
    )
    return claims


def decimal(cell: Any) -> Decimal | None:
    """A number as coded (text or float) as an exact decimal; empty and missing are None."""
    return None if cell is None or cell is pd.NA or cell == "" or cell != cell else Decimal(str(cell))


def patched(claims: pd.DataFrame, readings: pd.DataFrame) -> pd.DataFrame:
    """``claims`` with each row of ``readings`` (claim_id, field, value) written into its cell."""
    claims = claims.copy(deep=False)
    position = {claim: place for place, claim in enumerate(claims["claim_id"])}
    present = readings[readings["claim_id"].isin(position)]
    for field, rows in present.groupby("field", sort=False):
        places = [position[claim] for claim in rows["claim_id"]]
        values = list(rows["value"])
        if pd.api.types.is_numeric_dtype(claims[field]):
            values = [float(value) if value else pd.NA for value in values]
        column = claims[field].copy()
        column.iloc[places] = values
        claims[field] = column
    return claims


@dataclass(frozen=True)
class Record:
    """The curated tables by name, and the scenario they are read under."""

    reported: Mapping[str, pd.DataFrame]
    scenario: Scenario
    memo: dict[Any, Any] = dataclasses.field(default_factory=dict, repr=False, compare=False)
    """What was derived so far, by all that bears on it: shared by the scenarios of one record."""

    @classmethod
    def load(cls, folder: Path = paths.CURATED) -> "Record":
        """The curated tables in ``folder``, under the default scenario. Raises EvidenceError where one is spoiled."""
        names = [table.name for table in tables.TABLES]
        missing = [name for name in names if not (folder / f"{name}.csv").is_file()]
        if missing:
            raise FileNotFoundError(f"{', '.join(missing)}: not in {folder.name}. Run `make data` first.")
        loaded = {table.name: _curated(folder / f"{table.name}.csv", table) for table in tables.TABLES}
        return cls(loaded, scenario(parameters(loaded), {}))

    def under(self, chosen: Scenario) -> "Record":
        """This record read under another scenario."""
        return replace(self, scenario=chosen)

    def with_parameters(self, names: Iterable[str], namespace: Mapping[str, Any]) -> "Record":
        """This record under the parameters of a notebook, checked on entry.

        ``names`` are the parameters that the analysis takes, ``namespace`` the notebook's ``globals()``. Raises
        ParameterError for a value that is not allowed, and for a name papermill injected that is no parameter.
        """
        names = tuple(names)
        refuse_unknown(injected_names(namespace.get("In", ())), names)
        return self.under(self.scenario.but(**{name: namespace[name] for name in names if name in namespace}))

    def rivals(self, names: Iterable[str]) -> Iterator[tuple[str, str, "Record"]]:
        """The record under each rival reading in turn: (ambiguity, reading, record), one change at a time."""
        ambiguities = set(self.reported["readings"]["ambiguity"])
        for parameter in self.scenario.parameters:
            if parameter.name in ambiguities and parameter.name in set(names):
                for reading in parameter.values:
                    if reading != self.scenario[parameter.name]:
                        yield parameter.name, reading, self.under(self.scenario.but(**{parameter.name: reading}))

    def each_reading(self, ambiguity: str) -> dict[str, "Record"]:
        """The record under every reading of one ambiguity, the chosen scenario otherwise, by name."""
        parameter = next(p for p in self.scenario.parameters if p.name == ambiguity)
        return {reading: self.under(self.scenario.but(**{ambiguity: reading})) for reading in parameter.values}

    def _of_sources(self, name: str) -> pd.DataFrame:
        frame = self.reported[name]
        return _kept(frame, frame["source_id"].isin(self.scenario.chosen("sources")))

    @cached_property
    def claims(self) -> pd.DataFrame:
        """The claims of the chosen sources and record, less the families left out, under the chosen readings.

        Intervals are derived anew. Figures published elsewhere have neither span nor case.
        """
        return self.once(self.choice, self._claims)

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """``make()``, unless it was made before under ``key``, which names all that bears on it."""
        if key not in self.memo:
            self.memo[key] = make()
        return self.memo[key]

    @cached_property
    def choice(self) -> tuple[Any, ...]:
        """What the claims depend on: the choices of readings, sources, record, families and widths."""
        ambiguities = self.reported["readings"]["ambiguity"].unique()
        return tuple(self.scenario[name] for name in ("sources", "record", "left_out", "about_width", *ambiguities))

    def _claims(self) -> pd.DataFrame:
        readings = self.reported["readings"]
        claims = self._of_sources("claims")
        if self.scenario["record"] == WIDER_TOO:
            claims = pd.concat([claims, self.reported["wider"]], ignore_index=True).fillna({"case_id": ""})
        claims = _kept(claims, ~claims["family"].isin(self.scenario.chosen("left_out")))
        chosen = readings["ambiguity"].map({a: self.scenario[a] for a in readings["ambiguity"].unique()})
        claims = patched(claims, readings[readings["reading"] == chosen])
        return derive(claims, self.scenario["about_width"])

    @cached_property
    def sources(self) -> pd.DataFrame:
        return self._of_sources("sources")

    @cached_property
    def explanations(self) -> pd.DataFrame:
        return self._of_sources("explanations")

    @cached_property
    def cases(self) -> pd.DataFrame:
        return self._of_sources("cases")

    @cached_property
    def events(self) -> pd.DataFrame:
        return self._of_sources("events")

    @cached_property
    def codings(self) -> pd.DataFrame:
        return self._of_sources("codings")

    @property
    def measures(self) -> pd.DataFrame:
        return self.reported["measures"]

    def terms(self, field: str) -> list[str]:
        """The terms of one field of the codebook, in the codebook's order."""
        codebook = self.reported["codebook"]
        return list(codebook.loc[codebook["field"] == field, "term"])


def _kept(frame: pd.DataFrame, mask: pd.Series) -> pd.DataFrame:
    """The rows of ``mask``, numbered anew; where it is all of them, no copy of a table that may be large."""
    return frame if mask.all() else frame[mask].reset_index(drop=True)


def _curated(path: Path, table: tables.Table) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        if list(frame.columns) == [column.name for column in table.columns]:
            return tables.typed(frame, table)
        found = "another header"
    except ValueError as error:  # no CSV, no UTF-8, or text where a number stands
        found = str(error)
    raise EvidenceError([Problem(f"curated/{path.name}", found, "what `make data` writes", remedy="Run `make data`.")])


def parameters(loaded: Mapping[str, pd.DataFrame]) -> tuple[Parameter, ...]:
    """Every parameter that the record offers: one an ambiguity, and the conventions."""
    readings = loaded["readings"].sort_values("default", ascending=False, kind="stable")
    ambiguities = tuple(
        Parameter(str(name), f"reading of the ambiguity {name}", tuple(rows["reading"].unique()))
        for name, rows in readings.groupby("ambiguity", sort=False)
    )
    codebook = loaded["codebook"]
    terms = codebook.groupby("field", sort=False)["term"].agg(tuple)
    return (
        *sorted(ambiguities, key=lambda parameter: parameter.name),
        Parameter("sources", "the sources that count", tuple(loaded["sources"]["source_id"]), many=True),
        Parameter("record", "the articles alone, or the figures published elsewhere too", ("articles", WIDER_TOO)),
        Parameter("left_out", "families left out", _families(loaded), many=True, optional=True),
        Parameter("assumptions", "what the accounting assumes", LEVELS),
        Parameter("revision", "by how many persons a cumulative count may fall", number=True, start=25.0),
        Parameter("same_date", "counts at most so many months apart may be of one date", number=True, start=3.0),
        Parameter("about_width", "how wide 'about' is: 1 is half a unit of the last non-zero digit", number=True),
        Parameter("frame", "coding frame of the explanations", FRAMES),
        Parameter("phases", "phases of the way that count", terms["phase"], many=True),
        Parameter("speaker_roles", "speakers whose explanations count", terms["attribution_type"], many=True),
    )


def _families(loaded: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    """Every family, a claim that stands alone included: under every reading, so that each can be left out."""
    readings = loaded["readings"]
    named = [
        *loaded["claims"]["family"],
        *loaded["wider"]["family"],
        *readings.loc[readings["field"].eq("family"), "value"],
    ]
    return tuple(dict.fromkeys(named))
