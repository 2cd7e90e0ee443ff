"""Why and how did they leave, what did they meet, and how did it end: who says so, and how firmly is it coded?

The unit is an attributed explanation, not a person: nearly all motives are told by third parties, so nothing here is
a prevalence of causes. Frames: Hafez & Mullins 2015 (built for homegrown extremism in the West), push, pull and
personal factors (Vergani et al.), and, for leaving, Neumann's defector narratives (2015).
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.analyses.finding import Finding
from analysis.evidence.record import FRAMES, Record

PARAMETERS = ("frame", "phases", "speaker_roles", "sources")
"""The parameters of the notebook."""

STAGES = ("route", "inside", "exit", "outcome")
"""The stages of a case, in order."""

FRAME_NAMES = {"hafez_mullins": "Hafez & Mullins", "push_pull_personal": "push, pull, personal", "neumann": "Neumann"}

NO_CODE = "(no code of this frame)"
BOOTSTRAP = 2000
"""Resamples behind each interval of agreement; the draw is seeded, so it is the same everywhere."""


@dataclass(frozen=True)
class Pathways:
    """The tables behind the findings.

    ``explanations``: the chosen ones. ``codes``: counts by code, phase and speaker role. ``directions``: counts by
    phase and direction. ``speakers``: counts by role, first-hand and about a case. ``cases``: the cases. ``outcomes``:
    cases and persons (at least) by outcome. ``flows``: cases and persons from each stage to the next.
    ``reliability``: agreement of two independent codings, a row a code, over the sentences that either coded.
    ``claim_fields``: the same for the fields of claims that both coded.
    """

    explanations: pd.DataFrame
    codes: pd.DataFrame
    directions: pd.DataFrame
    speakers: pd.DataFrame
    cases: pd.DataFrame
    outcomes: pd.DataFrame
    flows: pd.DataFrame
    reliability: pd.DataFrame
    claim_fields: pd.DataFrame
    findings: tuple[Finding, ...]


def analyse(record: Record) -> Pathways:
    """The explanations of the chosen frame, phases and speakers, the cases, and how well the coding holds."""
    chosen, frame = record.scenario, record.scenario["frame"]
    table = record.explanations
    keep = table["phase"].isin(chosen.chosen("phases")) & table["speaker_role"].isin(chosen.chosen("speaker_roles"))
    table = table[keep].reset_index(drop=True)
    codes = _codes(record, table, frame)
    directed = table.groupby(["phase", "direction"], sort=False)["explanation_id"]
    directions = directed.agg(explanations="size", ids="; ".join).reset_index()
    speakers = _speakers(table)
    cases = _with_stages(record)
    outcomes = _count_cases(cases, ["outcome"])
    flows = _flows(cases)
    reliability = _reliability(record)
    fields = _claim_fields(record)
    found = (
        *_who_finding(table),
        *_code_finding(codes, frame, table),
        *_case_finding(outcomes, cases),
        *_reliability_finding(reliability, record),
    )
    return Pathways(table, codes, directions, speakers, cases, outcomes, flows, reliability, fields, found)


def _with_stages(record: Record) -> pd.DataFrame:
    """The cases with the first value told of each stage; ``not told`` where there is none."""
    first = record.stages.drop_duplicates(["case_id", "stage"])
    told = {stage: rows.set_index("case_id")["value"] for stage, rows in first.groupby("stage")}
    values = {stage: record.cases["case_id"].map(told.get(stage, {})).fillna("not told") for stage in STAGES}
    return record.cases.assign(**values)


def _codes(record: Record, table: pd.DataFrame, frame: str) -> pd.DataFrame:
    """Explanations by code, phase and role; one that carries two codes counts under each."""
    long = table.assign(code=table[frame].str.split(";")).explode("code")
    long["code"] = long["code"].replace("", NO_CODE)
    told = long.groupby(["code", "phase", "speaker_role"])["explanation_id"]
    counted = told.agg(explanations="size", ids="; ".join).reset_index()
    order = {name: place for place, name in enumerate([*record.terms(frame), NO_CODE])}
    phases = {name: place for place, name in enumerate(record.terms("phase"))}
    counted = counted.sort_values(
        ["code", "phase", "speaker_role"],
        key=lambda column: (
            column.map(order if column.name == "code" else phases).fillna(0)
            if column.name in {"code", "phase"}
            else column
        ),
    )
    return counted.reset_index(drop=True)


def _speakers(table: pd.DataFrame) -> pd.DataFrame:
    grouped = table.groupby("speaker_role")
    frame = pd.DataFrame(
        {
            "explanations": grouped.size(),
            "speakers": grouped["speaker"].nunique(),
            "first_hand": grouped["first_hand"].sum().astype(int),
            "about_a_case": grouped["case_id"].agg(lambda cells: int((cells != "").sum())),
            "ids": grouped["explanation_id"].agg("; ".join),
        }
    )
    return frame.sort_values(["explanations", "speakers"], ascending=False).reset_index()


def _count_cases(cases: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    counted = cases.groupby(by, sort=False).agg(
        cases=("case_id", "size"), persons=("persons", "sum"), ids=("case_id", "; ".join)
    )
    return (
        counted.reset_index().sort_values(["cases", "persons"], ascending=False, kind="stable").reset_index(drop=True)
    )


def _flows(cases: pd.DataFrame) -> pd.DataFrame:
    """Cases from each stage to the next. Columns: from_stage, from, to_stage, to, cases, persons, ids."""
    parts = []
    for left, right in itertools.pairwise(STAGES):
        part = _count_cases(cases, [left, right]).rename(columns={left: "from", right: "to"})
        parts.append(part.assign(from_stage=left, to_stage=right))
    flows = pd.concat(parts, ignore_index=True)
    return flows[["from_stage", "from", "to_stage", "to", "cases", "persons", "ids"]]


def alpha(both: np.ndarray, one: np.ndarray, neither: np.ndarray) -> np.ndarray:
    """Krippendorff's alpha for two coders and one yes-or-no code, from counts of units; NaN where nothing varies.

    ``both``: units where both say yes, ``one``: only one of them, ``neither``: neither. Arrays of one shape, so that
    a bootstrap is one call. Nominal metric; Krippendorff 2004, ch. 11. Checked against the ``krippendorff`` package
    in the tests.
    """
    units = both + one + neither
    yes, no = 2 * both + one, 2 * neither + one
    with np.errstate(invalid="ignore", divide="ignore"):
        return 1 - (one / units) * (2 * units * (2 * units - 1)) / (2 * yes * no)


def _reliability(record: Record) -> pd.DataFrame:
    """Agreement a code: units where coder a, coder b, both or neither used it, percent agreement, alpha and its interval.

    A unit is a sentence that either coder coded; a sentence that neither coded is left out, which is the stricter way.
    """
    codings = record.codings
    codings = codings[codings["unit_type"].eq("explanation")]
    units = codings["sentence_sha256"].unique()
    rng = np.random.default_rng(20170327)
    rows = []
    for field in ("phase", "direction", "role", *FRAMES):
        terms = record.terms({"role": "speaker_role"}.get(field, field))
        for term in terms:
            has = codings[field].str.split(";").map(lambda cell, term=term: term in cell)
            marked = {coder: set(codings.loc[has & codings["coder"].eq(coder), "sentence_sha256"]) for coder in "ab"}
            a, b = marked["a"], marked["b"]
            if not a | b:
                continue
            cells = np.array([len(a & b), len(a ^ b), len(units) - len(a | b)])
            draws = rng.multinomial(len(units), cells / cells.sum(), BOOTSTRAP).T
            resampled = alpha(*draws.astype(float))
            low, high = np.nanquantile(resampled, [0.025, 0.975])
            agreement = (cells[0] + cells[2]) / len(units)
            rows.append(
                (
                    field,
                    term,
                    len(units),
                    len(a),
                    len(b),
                    cells[0],
                    agreement,
                    float(alpha(*cells.astype(float))),
                    low,
                    high,
                )
            )
    columns = [
        "field",
        "code",
        "sentences",
        "coder_a",
        "coder_b",
        "both",
        "agreement",
        "alpha",
        "alpha_lower",
        "alpha_upper",
    ]
    return pd.DataFrame(rows, columns=columns).round({"agreement": 6, "alpha": 6, "alpha_lower": 6, "alpha_upper": 6})


def _claim_fields(record: Record) -> pd.DataFrame:
    """Agreement on claims: statements that both, only a or only b coded, and for each field how often both agree.

    Two codings are of one statement where their spans overlap; of several the one with the same value is taken.
    """
    codings = record.codings
    claims = codings[codings["unit_type"].eq("claim")]
    first, second = (claims[claims["coder"].eq(coder)] for coder in "ab")
    pairs = first.merge(second, on="source_id", suffixes=("_a", "_b"))
    overlap = (pairs["char_start_a"] < pairs["char_end_b"]) & (pairs["char_start_b"] < pairs["char_end_a"])
    pairs = pairs[overlap]
    same = pairs["value_a"].fillna(-1).eq(pairs["value_b"].fillna(-1)) & pairs["hedge_a"].eq(pairs["hedge_b"])
    pairs = pairs.assign(same=same).sort_values("same", ascending=False, kind="stable")
    pairs = pairs.drop_duplicates("coding_id_a").drop_duplicates("coding_id_b")
    rows = [("statement", len(pairs), len(first) + len(second) - len(pairs))]
    for field in ("measure", "hedge", "value", "kind", "population", "modality", "role"):
        left, right = (pairs[f"{field}_{coder}"] for coder in "ab")
        agree = left.fillna(-1).eq(right.fillna(-1)) if field == "value" else left.eq(right)
        rows.append((field, int(agree.sum()), len(pairs)))
    frame = pd.DataFrame(rows, columns=["field", "agree", "of"])
    return frame.assign(agreement=(frame["agree"] / frame["of"]).round(6))


def _plain(
    name: str,
    question: str,
    answer: str,
    value: float,
    unit: str,
    counted: Iterable[str],
    assumptions: Iterable[str] = (),
) -> Finding:
    """A finding about the ``counted`` explanations or cases, which rests on no claim."""
    return Finding(f"pathways.{name}", question, answer, value, value, unit, (), (), tuple(assumptions), tuple(counted))


def _who_finding(table: pd.DataFrame) -> list[Finding]:
    if table.empty:
        return []
    first = int(table["first_hand"].sum())
    roles = table["speaker_role"].value_counts()
    told = ", ".join(f"{role} {count}" for role, count in roles.items())
    answer = f"{first} of {len(table)} explanations are told at first hand. By speaker: {told}."
    question = "Who explains, and from what knowledge?"
    return [_plain("who_explains", question, answer, float(first), "explanations", table["explanation_id"])]


def _code_finding(codes: pd.DataFrame, frame: str, table: pd.DataFrame) -> list[Finding]:
    named = codes[codes["code"] != NO_CODE]
    if named.empty:
        return []
    totals = named.groupby("code", sort=False)["explanations"].sum().sort_values(ascending=False, kind="stable")
    told = ", ".join(f"{code.replace('_', ' ')} {count}" for code, count in totals.items())
    coded = table.loc[table[frame].ne(""), "explanation_id"]
    answer = f"{len(coded)} explanations carry a code of this frame: {told}. One may carry two."
    question = f"Which factors are given, in the frame {FRAME_NAMES[frame]}?"
    note = "Counts of explanations, not of persons."
    return [_plain("factors", question, answer, float(len(coded)), "explanations", coded, [note])]


def _case_finding(outcomes: pd.DataFrame, cases: pd.DataFrame) -> list[Finding]:
    if cases.empty:
        return []
    told = ", ".join(f"{row.outcome.replace('_', ' ')} {row.cases}" for row in outcomes.itertuples())
    answer = f"{len(cases)} cases of {int(cases['persons'].sum())} persons or more. By outcome: {told}."
    note = "Cases are what journalists chose to tell; they are not a sample."
    question = "How did the cases that the sources tell end?"
    return [_plain("cases", question, answer, float(len(cases)), "cases", cases["case_id"], [note])]


def _reliability_finding(reliability: pd.DataFrame, record: Record) -> list[Finding]:
    if reliability.empty:
        return []
    firm = reliability[(reliability["alpha_lower"] >= 0.667)]
    shaky = reliability[reliability["alpha"] < 0.667]
    told = ", ".join(
        f"{row.code.replace('_', ' ')} ({row.field.replace('_', ' ')}) {row.alpha:.2f}" for row in shaky.itertuples()
    )
    answer = f"{len(firm)} of {len(reliability)} codes hold above 0.667 over the whole interval of alpha." + (
        f" Below it: {told}." if told else ""
    )
    question = "Do two independent codings agree?"
    note = "Both coders were trained alike: this is consistency, and blind spots they share do not show."
    counted = record.explanations["explanation_id"]
    return [_plain("reliability", question, answer, float(len(firm)), "codes", counted, [note])]
