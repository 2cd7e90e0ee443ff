"""What do the sources say, under one scenario?

The curated tables, loaded and read under a scenario: sources chosen, readings applied, intervals derived. A reading
is a patch: it sets a field of a claim, and everything that depends on the field follows.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.evidence import paths, schema, tables
from analysis.evidence.problems import EvidenceError, Problem
from analysis.evidence.readings import apply_patches, derive, with_dates
from analysis.evidence.scenario import (
    FRAMES,
    LEVELS,
    WIDER_TOO,
    Scenario,
    misnamed,
    parameters,
    refuse_unknown,
    scenario,
)

pd.set_option("mode.string_storage", "python")  # a third faster than Arrow's on tables as small as these

__all__ = ["FRAMES", "LEVELS", "WIDER_TOO", "Record", "parameters"]


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
        names = [table.name for table in schema.TABLES]
        missing = [name for name in names if not (folder / f"{name}.csv").is_file()]
        if missing:
            raise FileNotFoundError(f"{', '.join(missing)}: not in {folder.name}. Run `make data` first.")
        loaded = {table.name: _curated(folder / f"{table.name}.csv", table) for table in schema.TABLES}
        return cls(loaded, scenario(parameters(loaded), {}))

    def under(self, chosen: Scenario) -> "Record":
        """This record read under another scenario."""
        return replace(self, scenario=chosen)

    def with_parameters(self, names: Iterable[str], namespace: Mapping[str, Any]) -> "Record":
        """This record under the parameters of a notebook, checked on entry.

        ``names`` are the parameters that the analysis takes, ``namespace`` the notebook's ``globals()``. Raises
        ParameterError for a value that is not allowed, and for a name that was set in the place of a parameter.
        """
        names = tuple(names)
        refuse_unknown(misnamed(names, namespace), names)
        return self.under(self.scenario.with_choices(**{name: namespace[name] for name in names if name in namespace}))

    def rivals(self, names: Iterable[str]) -> Iterator[tuple[str, str, "Record"]]:
        """The record under each rival reading in turn: (ambiguity, reading, record), one change at a time."""
        ambiguities = set(self.reported["readings"]["ambiguity"])
        for parameter in self.scenario.parameters:
            if parameter.name in ambiguities and parameter.name in set(names):
                for reading in parameter.values:
                    if reading != self.scenario[parameter.name]:
                        yield (
                            parameter.name,
                            reading,
                            self.under(self.scenario.with_choices(**{parameter.name: reading})),
                        )

    def each_reading(self, ambiguity: str) -> dict[str, "Record"]:
        """The record under every reading of one ambiguity, the chosen scenario otherwise, by name."""
        parameter = next(p for p in self.scenario.parameters if p.name == ambiguity)
        return {reading: self.under(self.scenario.with_choices(**{ambiguity: reading})) for reading in parameter.values}

    def _of_sources(self, name: str) -> pd.DataFrame:
        frame = self.reported[name]
        return _kept(frame, frame["source_id"].isin(self.scenario.chosen("sources")))

    @cached_property
    def claims(self) -> pd.DataFrame:
        """The claims of the chosen sources and record, less the families left out, under the chosen readings.

        Intervals are derived anew. Figures published elsewhere have neither span nor case.
        """
        return self.cached(self.choice, self._claims)

    def cached(self, key: Any, make: Callable[[], Any]) -> Any:
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
        claims = self._of_sources("claims")
        if self.scenario["record"] == WIDER_TOO:
            claims = pd.concat([claims, self.reported["wider"]], ignore_index=True)
            claims = claims.fillna({"case_id": "", "as_of_basis": ""})
        claims = _kept(claims, ~claims["family"].isin(self.scenario.chosen("left_out")))
        patches = self.reported["patches"]
        chosen = patches["ambiguity"].map({a: self.scenario[a] for a in patches["ambiguity"].unique()})
        claims = apply_patches(claims, patches[patches["reading"] == chosen])
        return with_dates(derive(claims, self.speakers, self.scenario["about_width"]))

    @cached_property
    def sources(self) -> pd.DataFrame:
        """The chosen sources, a row each."""
        return self._of_sources("sources")

    @cached_property
    def explanations(self) -> pd.DataFrame:
        """The explanations of the chosen sources."""
        return self._of_sources("explanations")

    @cached_property
    def cases(self) -> pd.DataFrame:
        """The cases of the chosen sources: persons or small groups with a life course."""
        return self._of_sources("cases")

    @cached_property
    def stages(self) -> pd.DataFrame:
        """The stages of the cases, as told; a stage that is not told has no row."""
        return self._of_sources("stages")

    @cached_property
    def events(self) -> pd.DataFrame:
        """The dated events of the chosen sources."""
        return self._of_sources("events")

    @cached_property
    def positions(self) -> pd.DataFrame:
        """The positions that speakers of the chosen sources take on the questions."""
        return self._of_sources("positions")

    @cached_property
    def codings(self) -> pd.DataFrame:
        """The two blind codings of the chosen sources."""
        return self._of_sources("codings")

    @property
    def speakers(self) -> pd.DataFrame:
        """Every speaker: key, name, short name, role, institution."""
        return self.reported["speakers"]

    @property
    def questions(self) -> pd.DataFrame:
        """The questions on which sources take positions."""
        return self.reported["questions"]

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


def _curated(path: Path, table: schema.Table) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        if list(frame.columns) == [column.name for column in table.columns]:
            return tables.coerce(frame, table)
        found = "another header"
    except ValueError as error:  # no CSV, no UTF-8, or text where a number stands
        found = str(error)
    raise EvidenceError([Problem(f"curated/{path.name}", found, "what `make data` writes", remedy="Run `make data`.")])
