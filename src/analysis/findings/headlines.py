"""Which findings come first, and how sure are they?

A headline says its answer in a few words and lists all that the record itself has to say on how far it can be
trusted: how many statements it rests on, how it moves over the grid of scenarios, which conclusions hold, and whether
it stands beside the figures published elsewhere.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.evidence.record import WIDER_TOO, Record
from analysis.findings.finding import Finding, how_many, in_words, optional
from analysis.findings.sensitivity import Sensitivity, over_the_grid

HEADLINES: Mapping[str, str] = {
    "accounting.departed": "",
    "accounting.killed": "",
    "accounting.returned": "",
    "accounting.unaccounted": "",
    "returnees_and_arrests.comparable": "returnees_and_arrests_counts",
    "returnees_and_arrests.every.raseef22-2017-03-c03": "",
    "deaths_by_year.residual": "",
    "deaths_by_year.pace": "",
    "pathways.factors": "pathways_codes",
    "accounting.conflicts": "evidence_timeline",
}
"""The findings that come first, and the figure of each; where none is named, its interval is drawn."""


@dataclass(frozen=True)
class Headline:
    """A finding, its answer in a few words, and how sure it is, a sentence a reason.

    ``least`` and ``most`` are its ends over ``scenarios`` scenarios; None is unbounded, no scenario is outside the grid.
    """

    finding: Finding
    lead: str
    sure: tuple[str, ...]
    figure: str = ""
    least: float | None = None
    most: float | None = None
    scenarios: int = 0

    @property
    def drawn(self) -> str:
        """The name of its figure: the one named for it, or that of its interval."""
        return self.figure or f"headline_{re.sub('[.-]', '_', self.finding.id)}"


def lead(finding: Finding) -> str:
    """The answer in a few words: ``816 to 1,432 persons``, ``2.25 to 2.31 times``."""
    words = in_words(finding.lower, finding.upper, finding.unit)
    return f"{words} times" if finding.unit == "ratio" else words


def headlines(
    record: Record, findings: Iterable[Finding], grid: Sensitivity, stands: pd.DataFrame
) -> tuple[Headline, ...]:
    """The headlines in order; a finding that the chosen sources do not admit is left out.

    ``stands`` is the table of :mod:`analysis.findings.stands`: finding, verdict, why.
    """
    found = {finding.id: finding for finding in findings}
    ranges = over_the_grid(grid.results, HEADLINES).set_index("finding")
    verdicts = stands.set_index("finding")
    made = []
    for name, figure in HEADLINES.items():
        if name not in found:
            continue
        finding, sure = found[name], [_rests_on(record, found[name])]
        least, most, scenarios = None, None, 0
        if name in ranges.index:
            row = ranges.loc[name]
            least, most, scenarios = optional(row["least"]), optional(row["most"]), int(row["scenarios"])
            sure.append(f"Over {how_many(scenarios, 'scenario')}: {in_words(least, most, finding.unit)}.")
        for row in grid.conclusions[grid.conclusions["finding"].eq(name)].itertuples():
            broken = f"; broken by {row.broken_by.replace(' | ', ' or ')}" if row.broken_by else ""
            sure.append(f"“{row.conclusion}” holds in {row.holds} of {row.scenarios} scenarios{broken}.")
        if name in verdicts.index:
            verdict = verdicts.loc[name]
            sure.append(f"Beside figures published elsewhere: {verdict['verdict']}. {_sentence(verdict['why'])}")
        made.append(Headline(finding, lead(finding), tuple(sure), figure, least, most, scenarios))
    return tuple(made)


def _rests_on(record: Record, finding: Finding) -> str:
    if not finding.claims:
        return f"Counted from {how_many(len(finding.coded), 'coded row')}."
    wide = record.under(record.scenario.but(record=WIDER_TOO)).claims
    cited = wide[wide["claim_id"].isin(finding.claims)]
    told = [
        how_many(len(cited), "claim"),
        how_many(cited["family"].nunique(), "statement"),
        how_many(cited["source_id"].nunique(), "source"),
    ]
    return f"Rests on {told[0]}, which go back to {told[1]} in {told[2]}."


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}." if text else ""
