"""What led people there, what they met, how it ended, and who says so?

Two kinds of rows. A case is a person or small group with a course of life, stage by stage as somebody tells it; what is
not told stays open, so shares over cases are bounds (no-assumption bounds, Manski 2003). An explanation is an attributed
statement; since one speaker and one story can make many, they are counted per distinct speaker and per story beside the
raw count. Neither is a sample: nothing here is a prevalence of causes. Frames: Hafez & Mullins 2015 (built for homegrown
extremism in the West), push, pull and personal factors (Vergani et al. 2018), Neumann's defector narratives (2015).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.analyses.finding import Finding, make_finding
from analysis.analyses.statistics import alpha
from analysis.evidence.record import FRAMES, Record

READS: tuple[str, ...] = ()
"""It reads no claim."""

CONVENTIONS = ("frame", "phases", "speaker_roles", "sources")
"""The other parameters of the notebook."""

STAGES = ("motive", "tie", "prior_detention", "group", "route", "inside", "exit", "outcome")
"""The stages of a life course, in order."""

ENDS = {
    "died": ("killed", "killed_in_battle", "killed_by_own_group", "killed_by_unknown"),
    "home": ("returned", "released_without_charge"),
    "caught": ("arrested_abroad", "arrested_in_morocco", "sentenced"),
    "away": ("still_there", "at_large", "contact_lost"),
}
"""The ways in which a case can end; of several told ones the first that is listed counts."""

FEW_UNITS = 10
"""Codes that either coder gave to fewer sentences say nothing: one sentence more would turn their agreement."""

FIRM = 0.667
"""The least alpha from which tentative conclusions may be drawn (Krippendorff 2004, ch. 11)."""

BOOTSTRAP = 2000
"""Resamples behind each interval of agreement; the draw is seeded, so it is the same everywhere."""


@dataclass(frozen=True)
class Pathways:
    """The tables behind the findings.

    ``courses``: a row a case, the told values of each stage joined, and how it ended, sorted by that. ``outcomes``: cases
    and least persons by how they ended, with the bounds of the share. ``stages``: cases and speakers by what is told of each stage. ``codes``: explanations, distinct speakers and
    stories by code of the chosen frame. ``directions``: the same by phase and direction. ``speakers``: the same by kind of
    speaker. ``went``: what people from inside the groups say at first hand. ``units``: what the two coders found, by kind of row. ``reliability``: agreement of the two coders, a row a code;
    ``firmness``: those that enough sentences carry. ``explanations``:
    the chosen ones.
    """

    courses: pd.DataFrame
    outcomes: pd.DataFrame
    stages: pd.DataFrame
    codes: pd.DataFrame
    directions: pd.DataFrame
    speakers: pd.DataFrame
    went: pd.DataFrame
    units: pd.DataFrame
    firmness: pd.DataFrame
    reliability: pd.DataFrame
    explanations: pd.DataFrame
    findings: tuple[Finding, ...]


def analyse(record: Record) -> Pathways:
    """The cases, the explanations of the chosen phases and speakers in the chosen frame, and how firm the coding is."""
    chosen, frame = record.scenario, record.scenario["frame"]
    table = record.explanations
    keep = table["phase"].isin(chosen.chosen("phases")) & table["speaker_role"].isin(chosen.chosen("speaker_roles"))
    table = table[keep].reset_index(drop=True)
    courses = _courses(record)
    outcomes = _outcomes(courses)
    stages = _stages(record)
    codes = _counted(_exploded(table, frame), ["code", "phase"])
    codes = _in_order(codes, record.terms(frame)).assign(name=lambda rows: f"{frame}:" + rows["code"])
    directions = _counted(table, ["phase", "direction"]).sort_values("speakers", ascending=False, kind="stable")
    directions = _in_order(directions, record.terms("phase"), "phase")
    speakers = _speakers(table)
    went = table[table["first_hand"].astype(bool) & table["speaker_role"].eq("insider")].reset_index(drop=True)
    units, reliability = _units(record), _reliability(record)
    firmness = reliability[reliability["status"].ne("few")].reset_index(drop=True)
    findings = (
        *_outcome_finding(record, courses, outcomes),
        *_code_finding(record, table, frame, reliability),
        *_phase_finding(record, table),
        *_speaker_finding(record, table),
        *_reliability_finding(record, reliability),
    )
    return Pathways(
        courses, outcomes, stages, codes, directions, speakers, went, units, firmness, reliability, table, findings
    )


def _courses(record: Record) -> pd.DataFrame:
    """Each case with what is told of it; an empty cell is a stage that nobody tells.

    ``double``: persons that another case may hold too, coded on one row of each pair, so that the sum of persons less
    these counts nobody twice; ``within``: another case may hold all of them.
    """
    stages = record.stages
    told = stages.groupby(["case_id", "stage"], sort=False)["value"].agg(
        lambda values: "; ".join(dict.fromkeys(values))
    )
    wide = told.unstack() if len(told) else pd.DataFrame()
    cases = record.cases.set_index("case_id", drop=False)
    frame = (
        cases[["case_id", "source_id", "label", "persons", "origin"]]
        .join(wide.reindex(columns=list(STAGES)))
        .fillna("")
    )
    rows = stages.groupby("case_id")["stage_id"].agg("; ".join)
    frame["ids"] = [f"{case}; {rows[case]}" if case in rows else case for case in frame["case_id"]]
    frame["end"] = [_end(row) for row in frame.itertuples()]
    frame["double"] = cases["shared"].fillna(0).astype(int).clip(upper=cases["persons"].astype(int))
    frame["within"] = frame["double"].ge(frame["persons"])
    order = [*ENDS, "stayed", "not_told"]
    frame = frame.assign(order=frame["end"].map(order.index)).reset_index(drop=True)
    frame = frame.sort_values(["order", "outcome", "case_id"]).drop(columns="order")
    return frame.reset_index(drop=True)


def _end(course: Any) -> str:
    """How a case ended, of the told outcomes the one that :data:`ENDS` lists first."""
    told = set(str(course.outcome).split("; "))
    for end, outcomes in ENDS.items():
        if told & set(outcomes):
            return end
    return "stayed" if {"did_not_leave", "stopped_in_transit"} & set(str(course.route).split("; ")) else "not_told"


def _outcomes(courses: pd.DataFrame) -> pd.DataFrame:
    """Cases and persons by end. The share of an end lies between those told and those told or not told, over all cases.

    Cases that lie wholly within another are left out of the cases, and persons that two cases share are counted once.
    """
    distinct = courses[~courses["within"]]
    open_ = int(distinct["end"].eq("not_told").sum())
    rows = []
    for end in [*ENDS, "stayed", "not_told"]:
        part, people = distinct[distinct["end"].eq(end)], courses[courses["end"].eq(end)]
        persons = int(people["persons"].sum() - people["double"].sum())
        total = len(distinct)
        most = len(part) + (0 if end == "not_told" else open_)
        rows.append((end, len(part), persons, len(part) / total if total else 0.0, most / total if total else 0.0, "; ".join(people["case_id"])))  # fmt: skip
    return pd.DataFrame(rows, columns=["end", "cases", "persons", "lower", "upper", "ids"])


def _stages(record: Record) -> pd.DataFrame:
    """Cases and distinct speakers by told value of each stage before the outcome, in the order of a life."""
    told = record.stages[record.stages["stage"].ne("outcome")]
    counted = told.groupby(["stage", "value"], sort=False).agg(
        cases=("case_id", "nunique"), speakers=("speaker", "nunique"), ids=("stage_id", "; ".join)
    )
    frame = counted.reset_index()
    frame["name"] = "stage_" + frame["stage"] + ":" + frame["value"]
    place = frame["stage"].map({stage: place for place, stage in enumerate(STAGES)})
    frame = frame.assign(place=place).sort_values(["place", "cases"], ascending=[True, False], kind="stable")
    return frame.drop(columns="place").reset_index(drop=True)


def _units(record: Record) -> pd.DataFrame:
    """Sentences that coder a, coder b and both coded, by kind of row; of events, on how many dates both agree."""
    codings = record.codings
    rows = []
    for kind, part in codings.groupby("unit_type", sort=False):
        sets = {coder: set(part.loc[part["coder"].eq(coder), "sentence_sha256"]) for coder in "ab"}
        rows.append((kind, len(sets["a"]), len(sets["b"]), len(sets["a"] & sets["b"]), len(sets["a"] | sets["b"])))
    frame = pd.DataFrame(rows, columns=["unit_type", "coder_a", "coder_b", "both", "either"])
    return frame.assign(agreement=frame["both"] / frame["either"])


def _exploded(table: pd.DataFrame, frame: str) -> pd.DataFrame:
    """A row an explanation and code of the frame; those without a code are left out."""
    long = table.assign(code=table[frame].str.split(";")).explode("code")
    return long[long["code"].fillna("").ne("")]


def _counted(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Explanations, distinct speakers and distinct stories by ``by``."""
    grouped = table.groupby(by, sort=False)
    counted = grouped.agg(
        explanations=("explanation_id", "size"),
        speakers=("speaker", "nunique"),
        stories=("story", "nunique"),
        ids=("explanation_id", "; ".join),
    )
    return counted.reset_index()


def _in_order(rows: pd.DataFrame, terms: list[str], by: str = "code") -> pd.DataFrame:
    order = {term: place for place, term in enumerate(terms)}
    return rows.sort_values(by, key=lambda column: column.map(order), kind="stable").reset_index(drop=True)


def _speakers(table: pd.DataFrame) -> pd.DataFrame:
    counted = _counted(table, ["speaker_role"])
    first = table[table["first_hand"].astype(bool)].groupby("speaker_role")["explanation_id"].size()
    counted["first_hand"] = counted["speaker_role"].map(first).fillna(0).astype(int)
    return counted.sort_values(["speakers", "explanations"], ascending=False, kind="stable").reset_index(drop=True)


FIELDS = {
    "explanation": ("phase", "direction", "role", *FRAMES),
    "stage": ("stage", "stage_value"),
}
"""The fields of each kind of coded unit whose agreement is computed."""


def _reliability(record: Record) -> pd.DataFrame:
    """Agreement a code: units where coder a, coder b, both or neither used it, percent agreement, alpha and its interval.

    A unit is a sentence that either coder coded. Stories are resampled, not sentences: sentences of one story are not
    independent. ``status``: holds where the whole interval is at or above 0.667, ``few`` where fewer than ten sentences
    carry the code, ``fails`` otherwise.
    """
    rng = np.random.default_rng(20170327)
    rows = []
    stories = dict(zip(record.explanations["sentence_sha256"], record.explanations["story"], strict=True))
    for kind, fields in FIELDS.items():
        codings = record.codings[record.codings["unit_type"].eq(kind)]
        sentences = codings["sentence_sha256"].unique()
        story = pd.factorize(pd.Series([stories.get(one, one) for one in sentences], dtype="str"))[0]
        draws = (
            rng.multinomial(story.max() + 1, np.full(story.max() + 1, 1 / (story.max() + 1)), BOOTSTRAP)
            if len(story)
            else None
        )
        for field in fields:
            for term in dict.fromkeys(value for cell in codings[field] for value in str(cell).split(";") if value):
                has = codings[field].str.split(";").map(lambda cell, term=term: term in cell)
                marked = {coder: np.isin(sentences, codings.loc[has & codings["coder"].eq(coder), "sentence_sha256"]) for coder in "ab"}  # fmt: skip
                a, b = marked["a"], marked["b"]
                cells = np.array([(a & b).sum(), (a ^ b).sum(), (~a & ~b).sum()])
                weights = draws[:, story] if draws is not None else np.zeros((0, 0))
                resampled = alpha(*((weights * mask).sum(axis=1).astype(float) for mask in (a & b, a ^ b, ~a & ~b)))
                low, high = (
                    np.nanquantile(resampled, [0.025, 0.975]) if not np.isnan(resampled).all() else (np.nan, np.nan)
                )
                units = int((a | b).sum())
                status = "few" if units < FEW_UNITS else "holds" if low >= FIRM else "fails"
                named = f"{'speaker_role' if field == 'role' else field}:{term}"
                rows.append((field, term, named, len(sentences), int(a.sum()), int(b.sum()), int(cells[0]), units,
                             (cells[0] + cells[2]) / len(sentences), float(alpha(*cells.astype(float))), low, high, status))  # fmt: skip
    columns = ["field", "code", "name", "sentences", "coder_a", "coder_b", "both", "units", "agreement", "alpha", "alpha_lower", "alpha_upper", "status"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).round({"agreement": 6, "alpha": 6, "alpha_lower": 6, "alpha_upper": 6})


def _finding(
    record: Record, name: str, bounds: tuple[float | None, float | None], unit: str, coded: Iterable[str],
    values: dict[str, Any], assumptions: Iterable[str] = (), lines: int = 1, agreement: str = "untested",
) -> Finding:  # fmt: skip
    return make_finding(record, f"pathways.{name}", bounds, unit, (), values, assumptions, coded, lines, agreement)


def _outcome_finding(record: Record, courses: pd.DataFrame, outcomes: pd.DataFrame) -> Iterator[Finding]:
    if courses.empty:
        return
    rows = {row.end: {"cases": int(row.cases), "persons": int(row.persons), "lower": row.lower, "upper": row.upper} for row in outcomes.itertuples()}  # fmt: skip
    values = {
        "ends": rows,
        "cases": int((~courses["within"]).sum()),
        "persons": int(courses["persons"].sum() - courses["double"].sum()),
        "rows": len(courses),
        "counted": int(courses["persons"].sum()),
        "double": int(courses["double"].sum()),
    }
    died = rows["died"]
    yield _finding(
        record, "cases", (died["lower"], died["upper"]), "share", courses["case_id"], values, ["not_a_sample"]
    )


def _code_finding(record: Record, table: pd.DataFrame, frame: str, reliability: pd.DataFrame) -> Iterator[Finding]:
    """Which factors are given, most speakers first."""
    long = _exploded(table, frame)
    if long.empty:
        return
    counted = _counted(long, ["code"]).sort_values(["speakers", "explanations"], ascending=False, kind="stable")
    of_frame = reliability[reliability["field"].eq(frame)]
    status = dict(zip(of_frame["code"], of_frame["status"], strict=True))
    values = {
        "frame": frame,
        "codes": [{"code": r.code, "explanations": int(r.explanations), "speakers": int(r.speakers), "stories": int(r.stories), "status": status.get(r.code, "few")} for r in counted.itertuples()],
        "speakers": int(long["speaker"].nunique()),
        "explanations": int(long["explanation_id"].nunique()),
        "phases": list(dict.fromkeys(long["phase"])),
    }  # fmt: skip
    top = float(counted["speakers"].iloc[0])
    yield _finding(
        record, "factors", (top, top), "speakers", dict.fromkeys(long["explanation_id"]), values, ["statements"]
    )


def _phase_finding(record: Record, table: pd.DataFrame) -> Iterator[Finding]:
    """What is said of each phase: the directions by distinct speakers."""
    if table.empty:
        return
    counted = _counted(table, ["phase", "direction"])
    phases = []
    for phase in record.terms("phase"):
        rows = counted[counted["phase"].eq(phase)]
        if len(rows):
            speakers = int(table.loc[table["phase"].eq(phase), "speaker"].nunique())
            top = rows[rows["speakers"].eq(rows["speakers"].max())]
            named = [{"direction": row.direction, "speakers": int(row.speakers)} for row in top.itertuples()]
            phases.append({"phase": phase, "speakers": speakers, "top": named})
    count = float(table["speaker"].nunique())
    yield _finding(
        record, "phases", (count, count), "speakers", table["explanation_id"], {"phases": phases}, ["statements"]
    )


def _speaker_finding(record: Record, table: pd.DataFrame) -> Iterator[Finding]:
    if table.empty:
        return
    first = table[table["first_hand"].astype(bool)]
    went = first[first["speaker_role"].eq("insider")]
    largest = _counted(table, ["source_id", "story"]).sort_values("explanations").iloc[-1]
    of = int(table["source_id"].eq(largest["source_id"]).sum())
    values = {
        "explanations": len(table), "speakers": int(table["speaker"].nunique()), "stories": int(table["story"].nunique()),
        "first_hand": len(first), "first_speakers": int(first["speaker"].nunique()),
        "went": len(went), "went_speakers": int(went["speaker"].nunique()),
        "largest": int(largest["explanations"]), "largest_of": of,
        "roles": [{"role": role, "speakers": int(part["speaker"].nunique()), "explanations": len(part)} for role, part in sorted(table.groupby("speaker_role"), key=lambda pair: -len(pair[1]))],
    }  # fmt: skip
    bounds = float(len(first)), float(len(first))
    yield _finding(record, "who_explains", bounds, "explanations", table["explanation_id"], values)


def _reliability_finding(record: Record, reliability: pd.DataFrame) -> Iterator[Finding]:
    if reliability.empty:
        return
    by = reliability["status"].value_counts()
    values: dict[str, Any] = {name: int(by.get(name, 0)) for name in ("holds", "fails", "few")}
    values |= {"codes": len(reliability), "threshold": FIRM, "few_units": FEW_UNITS,
               "firm": [{"field": r.field, "code": r.code, "alpha": r.alpha} for r in reliability[reliability["status"].eq("holds")].itertuples()]}  # fmt: skip
    held = float(values["holds"])
    yield _finding(
        record, "reliability", (held, held), "codes", record.explanations["explanation_id"], values, ["coders"]
    )
