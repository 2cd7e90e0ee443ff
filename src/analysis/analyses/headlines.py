"""Which findings come first, and how sure are they?

A headline says its answer in a few words and lists all that the record itself has to say on how far it can be
trusted: how many statements it rests on, how it moves over the grid of scenarios, which conclusions hold, how small a
sample is, and whether it stands beside the figures published elsewhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.analyses.finding import Finding, how_many, in_words
from analysis.analyses.sensitivity import Sensitivity, over_the_grid
from analysis.evidence.intervals import as_float
from analysis.evidence.record import WIDER_TOO, Record

HEADLINES: Mapping[str, str] = {
    "accounting.departed": "",
    "accounting.killed": "",
    "accounting.returned": "",
    "accounting.unaccounted": "",
    "returnees_and_arrests.nearest": "returnees_and_arrests_counts",
    "returnees_and_arrests.gap": "",
    "deaths_by_year.printed": "",
    "deaths_by_year.pace": "",
    "pathways.factors": "pathways_codes",
    "accounting.conflicts": "returnees_and_arrests_counts",
}
"""The findings that come first, and the figure of each; where none is named, its interval is drawn."""

SAMPLED: dict[str, str] = {}
"""The findings that are shares of a sample, and the finding that says how far it carries."""

MEASURED = ("persons", "share", "ratio")
"""The units whose interval is the answer; of others the first sentence is."""


@dataclass(frozen=True)
class Reason:
    """One sentence on how sure a finding is, and the ids of the claims that it speaks of."""

    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Headline:
    """A finding, its answer in a few words (``lead``), what else the answer says, and how sure it is.

    ``least`` and ``most`` are its ends over ``scenarios`` scenarios; None is unbounded, no scenario is outside the grid.
    """

    finding: Finding
    lead: str
    rest: str
    sure: tuple[Reason, ...]
    figure: str = ""
    least: float | None = None
    most: float | None = None
    scenarios: int = 0

    @property
    def drawn(self) -> str:
        """The name of its figure: the one named for it, or that of its interval."""
        return self.figure or f"headline_{re.sub('[.-]', '_', self.finding.id)}"


def words(finding: Finding, lower: float | None, upper: float | None) -> str:
    """An interval in the unit of ``finding``: ``816 to 1,432 persons``, ``2.25 to 2.31 times``."""
    told = in_words(lower, upper, finding.unit)
    return f"{told} times" if finding.unit == "ratio" else told


def headlines(
    record: Record, findings: Iterable[Finding], grid: Sensitivity, stands: pd.DataFrame
) -> tuple[Headline, ...]:
    """The headlines in order; a finding that the chosen sources do not admit is left out.

    ``stands`` is the table of :mod:`analysis.analyses.cross_check`: finding, verdict, why, claims.
    """
    found = {finding.id: finding for finding in findings}
    ranges = over_the_grid(grid.results, HEADLINES).set_index("finding")
    made = []
    for name, figure in HEADLINES.items():
        if name not in found:
            continue
        finding = found[name]
        sure = [_rests_on(record, finding), *_of_the_grid(finding, ranges, grid)]
        if SAMPLED.get(name) in found:
            sampled = found[SAMPLED[name]]
            sure.append(Reason(f"Small sample: {sampled.answer}", sampled.evidence))
        for row in stands[stands["finding"].eq(name)].itertuples():
            text = f"Beside figures published elsewhere it {VERDICTS[row.verdict]}: {row.why.rstrip('.')}."
            sure.append(Reason(text, (*row.claims.split("; "), *finding.evidence)))
        lead, rest = _lead(finding)
        least, most, scenarios = _ends(name, ranges)
        made.append(Headline(finding, lead, rest, tuple(sure), figure, least, most, scenarios))
    return tuple(made)


def _ends(name: str, ranges: pd.DataFrame) -> tuple[float | None, float | None, int]:
    if name not in ranges.index:
        return None, None, 0
    row = ranges.loc[name]
    return as_float(row["least"]), as_float(row["most"]), int(row["scenarios"])


VERDICTS = {"stands": "stands", "falls": "falls", "partly": "stands in part", "open": "is neither met nor refuted"}


def _lead(finding: Finding) -> tuple[str, str]:
    """The answer in a few words, and what else it says."""
    if finding.unit not in MEASURED:
        first, _, rest = re.split(r"([.:] |[.:]?$)", finding.answer, maxsplit=1)
        return first, rest[:1].upper() + rest[1:]
    told = words(finding, finding.lower, finding.upper)
    date = re.match(r"By [\d-]+: ", finding.answer)
    lead = f"{date[0]}{told}" if date else f"{told[0].upper()}{told[1:]}"
    return lead, "" if finding.answer == f"{lead}." else finding.answer


def _of_the_grid(finding: Finding, ranges: pd.DataFrame, grid: Sensitivity) -> Iterator[Reason]:
    """How the finding moves over all scenarios, and in how many each conclusion on it holds."""
    if finding.id in ranges.index:
        row = ranges.loc[finding.id]
        told = words(finding, as_float(row["least"]), as_float(row["most"]))
        without = int(row["scenarios"] - row["with_number"])
        none = f"; in {without} of them no number can be formed" if without else ""
        yield Reason(f"Over {how_many(int(row['scenarios']), 'scenario')}: {told}{none}.", finding.evidence)
    for row in grid.conclusions[grid.conclusions["finding"].eq(finding.id)].itertuples():
        numbered = how_many(row.scenarios, "scenario")
        broken = f"; it takes {row.broken_by.replace(' | ', ' or ')} to break it" if row.broken_by else ""
        text = f"“{row.conclusion.rstrip('.')}” holds in {row.holds} of the {numbered} that give a number{broken}."
        yield Reason(text, finding.evidence)


def _rests_on(record: Record, finding: Finding) -> Reason:
    if not finding.claims:
        return Reason(f"Counted from {how_many(len(finding.coded), 'coded row')}.", finding.evidence)
    wide = record.under(record.scenario.with_choices(record=WIDER_TOO)).claims
    cited = wide[wide["claim_id"].isin(finding.claims)]
    claims, statements, sources = (
        how_many(len(cited), "claim"),
        how_many(cited["family"].nunique(), "statement"),
        how_many(cited["source_id"].nunique(), "source"),
    )
    return Reason(f"Rests on {claims} ({statements}) in {sources}.", finding.evidence)
