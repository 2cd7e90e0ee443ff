"""Does all that is stored follow the default readings? Where a default changes in readings.csv, notebooks and conclusions do too.

A notebook whose reader chose another reading than the default is none of this.
"""

from collections.abc import Iterator

import pandas as pd

from analysis.analyses.sensitivity import declared, without_limit
from analysis.evidence import paths, schema
from analysis.evidence.problems import EvidenceError, Problem
from analysis.evidence.record import Record
from analysis.evidence.scenario import parameters, scenario
from analysis.evidence.tables import Frames, lookup, read_curated
from analysis.recorded import parameters_cell


def not_followed(frames: Frames) -> Iterator[Problem]:
    """What still rests on a default of the curated tables, where the new tables ``frames`` have another."""
    try:
        old = _defaults(read_curated((paths.CURATED / "readings.csv").read_bytes(), schema.TABLES["readings"]))
    except (EvidenceError, OSError):  # not made yet, or broken: made again
        return
    changed = {
        name: reading for name, reading in _defaults(frames["readings"]).items() if old.get(name, reading) != reading
    }
    for path in sorted(paths.NOTEBOOKS.glob("*.ipynb")):
        for name, reading in parameters_cell(path).items():
            if name in changed and reading == old[name]:
                expected = f"{changed[name]!r}, the default in readings.csv"
                where = f"notebooks/{path.name}, parameters"
                yield Problem(where, f"{name} = {reading!r}", expected, remedy="Change one of them.")
    if changed:
        yield from without_limit(Record(frames, scenario(parameters(frames), {})), declared())


def _defaults(readings: pd.DataFrame) -> dict[str, str]:
    return lookup(readings[readings["default"]], "ambiguity", "reading")
