"""What does the explorer show? The evaluated grid of scenarios, and the claims that each single choice changes.

Nothing is computed in the page: it looks a scenario up among those that the sweep evaluated, and says so where one was
not.
"""

from typing import Any

import pandas as pd

from analysis.account.model import ASSUMPTIONS, LEVELS
from analysis.analyses.finding import how_many, in_words
from analysis.analyses.sensitivity import ANALYSES
from analysis.evidence.intervals import as_float
from analysis.evidence.record import Record
from analysis.report.site.trace import Trace, anchor

FIELDS = ("measure", "kind", "hedge", "population", "origin", "place", "group", "base", "base_n", "applies", "period",
          "as_of", "speaker", "family", "modality")  # fmt: skip
"""What a reading may change of a claim, beside its interval."""

SHOWN = 12
"""So many changed claims are named one by one; of more, the rest is counted."""


def explorer(trace: Trace, results: pd.DataFrame) -> dict[str, Any]:
    """All that the page needs: the choices, the findings, and the bounds and claims of each scenario.

    ``results`` is the table of :mod:`analysis.analyses.sensitivity`.
    """
    record = trace.record
    chosen = [p.name for p in record.scenario.parameters if p.name in results.columns]
    varied = [name for name in chosen if results[name].replace("", pd.NA).nunique() > 1]
    intervals: dict[tuple[Any, ...], int] = {}
    cited: dict[tuple[str, ...], int] = {}
    findings: dict[str, dict[str, Any]] = {}
    analyses = []
    for name in ANALYSES:
        part = results[results["analysis"].eq(name)]
        takes = [choice for choice in varied if choice in ANALYSES[name][0]]
        scenarios: dict[str, dict[str, list[int]]] = {}
        for row in part.to_dict("records"):
            bounds = as_float(row["lower"]), as_float(row["upper"])
            words = in_words(*bounds, row["unit"])
            interval = intervals.setdefault((words, *bounds), len(intervals))
            claims = tuple(claim for claim in row["claims"].split("; ") if claim)
            scenarios.setdefault("|".join(row[choice] for choice in takes), {})[row["finding"]] = [
                interval,
                cited.setdefault(claims, len(cited)),
            ]
            findings.setdefault(row["finding"], {"question": row["question"], "ends": []})
            findings[row["finding"]]["ends"] += [end for end in bounds if end is not None]
        analyses.append({"name": name, "takes": takes, "scenarios": scenarios})
    named = sorted({claim for claims in cited for claim in claims})
    return {
        "parameters": [_parameter(trace, name, results[name]) for name in varied],
        "analyses": analyses,
        "findings": {
            name: {
                "question": about["question"],
                "href": f"findings.html#{anchor(name)}" if name in trace.findings else "",
                "edge": 1.1 * max(about["ends"], default=1.0) or 1.0,
            }
            for name, about in findings.items()
        },
        "intervals": list(intervals),
        "cited": [[named.index(claim) for claim in claims] for claims in cited],
        "claims": [
            {"id": claim, "phrase": trace.entries[claim].phrase, "href": trace.entries[claim].href} for claim in named
        ],
    }


def _parameter(trace: Trace, name: str, column: pd.Series) -> dict[str, Any]:
    """One choice: its values, the default first, each with its reason and the claims that it changes or leaves out."""
    record = trace.record
    used = {
        claim for finding in trace.findings.values() for claim in finding.claims if finding.id.split(".")[0] in ANALYSES
    }
    about = next(p for p in record.scenario.parameters if p.name == name)
    default = str(about.default)
    values = [value for value in dict.fromkeys(column) if value]
    values.sort(key=lambda value: value != default)
    reasons = record.reported["readings"].query("ambiguity == @name").groupby("reading")["reason"].first()
    return {
        "name": name,
        "what": about.what,
        "phrase": _phrase(record, name),
        "default": default,
        "values": [
            {
                "value": value,
                "label": _label(record, name, value),
                "reason": reasons.get(value, "") if name != "assumptions" else _assumed(value),
                **_changes(record, name, about.parse(float(value) if about.number else value), used),
            }
            for value in values
        ],
    }


def _phrase(record: Record, ambiguity: str) -> str:
    """The words that an ambiguity lies in; empty for what is none."""
    patches, claims = record.reported["patches"], record.reported["claims"]
    touched = patches.loc[patches["ambiguity"].eq(ambiguity), "claim_id"]
    phrases = claims.loc[claims["claim_id"].isin(touched), "phrase"]
    return f"“{phrases.iloc[0]}”" if len(phrases) else ""


def _assumed(level: str) -> str:
    told = [ASSUMPTIONS[name] for name in LEVELS[level]]
    return "; ".join(told) or "nothing but the claims"


def _label(record: Record, name: str, value: str) -> str:
    """A value in words: of a family left out, its printed phrase."""
    if name == "left_out" and value != "none":
        claims = record.reported["claims"]
        return f"“{claims.loc[claims['family'].eq(value), 'phrase'].iloc[0]}”"
    return value.removesuffix(".0").replace("_", " ").replace(",", ", ")


def _changes(record: Record, name: str, value: Any, used: set[str]) -> dict[str, Any]:
    """What one choice does to the claims: ``gone``, the ids of those it leaves out, and ``changes``, an id and a
    sentence each, those that a finding rests on (``used``) first, the others of many counted."""
    if name == "assumptions" or value == record.scenario[name]:
        return {"gone": [], "changes": []}
    other = record.under(record.scenario.with_choices(**{name: value}))
    before, after = (one.claims.set_index("claim_id") for one in (record, other))
    gone, new = before.index.difference(after.index, sort=False), after.index.difference(before.index, sort=False)
    if len(new):
        return {"gone": [], "changes": [["", f"{how_many(len(new), 'figure')} published elsewhere are read too."]]}
    told = [[claim, f"left out: “{before.loc[claim, 'phrase']}” ({claim})"] for claim in gone]
    for claim in before.index.intersection(after.index, sort=False):
        one, two = before.loc[claim], after.loc[claim]
        words = [in_words(as_float(row["lower"]), as_float(row["upper"]), row["unit"]) for row in (one, two)]
        moved = [("interval", *words)] if words[0] != words[1] else []
        moved += [(field, one[field], two[field]) for field in FIELDS if str(one[field]) != str(two[field])]
        if moved:
            how = "; ".join(f"{field.replace('_', ' ')} {_shown(old)} → {_shown(now)}" for field, old, now in moved)
            told.append([claim, f"“{one['phrase']}” ({claim}): {how}"])
    told.sort(key=lambda change: change[0] not in used)
    rest = [["", f"and {how_many(len(told) - SHOWN, 'claim')} more"]] if len(told) > SHOWN else []
    return {"gone": list(gone), "changes": told[:SHOWN] + rest}


def _shown(value: Any) -> str:
    return "(none)" if pd.isna(value) or value == "" else str(value).replace("_", " ").removesuffix(".0")
