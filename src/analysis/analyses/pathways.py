"""What led people there, what they met, how it ended, and who says so?

Two kinds of rows. A case is a person or small group with a course of life, stage by stage as somebody tells it; what is
not told stays open, so shares over cases are bounds (no-assumption bounds, Manski 2003). An explanation is an attributed
statement; since one speaker and one story can make many, they are counted per distinct speaker and per story beside the
raw count. Neither is a sample: nothing here is a prevalence of causes. Frames: Hafez & Mullins 2015 (built for homegrown
extremism in the West), push, pull and personal factors (Vergani et al. 2018), Neumann's defector narratives (2015).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.analyses.finding import Finding, Result, answered, make_finding
from analysis.analyses.rows import distinct, framed, grouped, join_ids, kind, listed, picked
from analysis.analyses.statistics import TAILS, alpha
from analysis.evidence.record import FRAMES, Record

READS: tuple[str, ...] = ()
CONVENTIONS = ("frame", "phases", "speaker_roles", "sources")

STAGES = ("motive", "tie", "prior_detention", "group", "route", "inside", "exit", "outcome")
"""The stages of a life course, in order."""

ENDS = {
    "died": ("killed", "killed_in_battle", "killed_by_own_group", "killed_by_unknown"),
    "home": ("returned", "released_without_charge"),
    "caught": ("arrested_abroad", "arrested_in_morocco", "sentenced"),
    "away": ("still_there", "at_large", "contact_lost"),
}
"""The ways in which a case can end; of several told ones the first that is listed counts."""

ORDER = [*ENDS, "stayed", "not_told"]
"""The ends in the order in which a reader meets them."""

FEW_UNITS = 10
"""Codes that either coder gave to fewer sentences say nothing: one sentence more would turn their agreement."""

FIRM = 0.667
"""The least alpha from which tentative conclusions may be drawn (Krippendorff 2004, ch. 11)."""

BOOTSTRAP = 2000
"""Resamples behind each interval of agreement; the draw is seeded, so it is the same everywhere."""

FIELDS = {"explanation": ("phase", "direction", "role", *FRAMES), "stage": ("stage", "stage_value")}
"""The fields of each kind of coded unit whose agreement is computed."""

Course = kind(
    "Course", ("case_id", "source_id", "label", "persons", "origin", *STAGES, "ids", "end", "double", "within")
)
"""A case with what is told of it; an empty stage is one that nobody tells.

``double``: persons that another case may hold too, coded on one row of each pair, so that the sum of persons less these
counts nobody twice; ``within``: another case may hold all of them.
"""

Outcome = kind("Outcome", "end cases persons lower upper ids")
"""Cases and persons by end; the share of an end lies between those told and those told or not told, over all cases."""

Reported = kind("Reported", "stage value cases speakers ids name")
"""Cases and distinct speakers by what is told of a stage."""

COUNTS = ("explanations", "speakers", "stories", "ids")
Factor = kind("Factor", ("code", *COUNTS))
Coded = kind("Coded", ("code", "phase", *COUNTS, "name"))
Directed = kind("Directed", ("phase", "direction", *COUNTS))
Explaining = kind("Explaining", ("speaker_role", *COUNTS, "first_hand"))
"""Explanations, distinct speakers and distinct stories, each by what its first fields name."""

Units = kind("Units", "unit_type coder_a coder_b both either agreement")
"""Sentences that coder a, coder b, both and either coded, by kind of row."""

Agreement = kind(
    "Agreement", "field code name sentences coder_a coder_b both units agreement alpha alpha_lower alpha_upper status"
)
"""Sentences that carry a code, Krippendorff's alpha and its interval, and whether the code is firm."""


def analyse(record: Record) -> Result:
    """The cases, the explanations of the chosen phases and speakers in the chosen frame, and how firm the coding is."""
    chosen, frame = record.scenario, record.scenario["frame"]
    table = record.explanations
    keep = table["phase"].isin(chosen.chosen("phases")) & table["speaker_role"].isin(chosen.chosen("speaker_roles"))
    table = table[keep].reset_index(drop=True)
    rows = listed(table)
    courses = _courses(record)
    outcomes = _outcomes(courses)
    terms = record.terms(frame)
    codes = counted(rows, lambda row: [(code, row.phase) for code in codes_of(row, frame)])
    codes = sorted(((*code, f"{frame}:{code[0]}") for code in codes), key=lambda code: terms.index(code[0]))
    directions = counted(rows, lambda row: [(row.phase, row.direction)])
    by_role = counted(rows, lambda row: [(row.speaker_role,)])
    first_hand = Counter(row.speaker_role for row in rows if row.first_hand)
    speakers = sorted(((*role, first_hand[role[0]]) for role in by_role), key=lambda role: (-role[2], -role[1]))
    went = table[table["first_hand"].astype(bool) & table["speaker_role"].eq("insider")].reset_index(drop=True)
    agreement = [*_agreement(record)]
    findings = answered(
        courses and _outcome_finding(record, courses, outcomes),
        _code_finding(record, rows, frame, agreement),
        rows and _phase_finding(record, rows),
        rows and _speaker_finding(record, rows),
        agreement and _reliability_finding(record, agreement),
    )
    return Result(
        courses=framed(Course, courses),
        outcomes=framed(Outcome, outcomes),
        stages=framed(Reported, _stages(record)),
        codes=framed(Coded, codes),
        directions=framed(Directed, directions),
        speakers=framed(Explaining, speakers),
        went=went,  # what people from inside the groups say at first hand
        units=framed(Units, _units(record)),
        firmness=framed(Agreement, (row for row in agreement if row.status != "few")),
        reliability=framed(Agreement, agreement),
        explanations=table,
        findings=findings,
    )


def counted(rows: Iterable[Any], keys: Callable[[Any], Iterable[tuple[str, ...]]]) -> list[tuple[Any, ...]]:
    """Explanations by each of the ``keys`` of a row: the key, explanations, distinct speakers, distinct stories, ids."""
    groups: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        for key in keys(row):
            groups.setdefault(key, []).append(row)
    counts = lambda group: (len(group), distinct(group, "speaker"), distinct(group, "story"))
    return [(*key, *counts(group), join_ids(group, "explanation_id")) for key, group in groups.items()]


def codes_of(row: Any, frame: str) -> list[str]:
    """The codes of an explanation in a frame."""
    return [code for code in getattr(row, frame).split(";") if code]


def _courses(record: Record) -> list[Any]:
    """Each case with what is told of it, sorted by how it ended."""
    stages_of = grouped(listed(record.stages), "case_id")
    courses = []
    for case in listed(record.cases):
        rows = stages_of.get(case.case_id, [])
        stages = {stage: dict.fromkeys(row.value for row in rows if row.stage == stage) for stage in STAGES}
        double = min(case.shared or 0, case.persons)
        about = case.case_id, case.source_id, case.label, case.persons, case.origin, *map("; ".join, stages.values())
        cited = "; ".join([case.case_id, *(row.stage_id for row in rows)])
        courses.append(Course(*about, cited, _end(stages), double, double >= case.persons))
    return sorted(courses, key=lambda row: (ORDER.index(row.end), row.outcome, row.case_id))


def _end(stages: Mapping[str, Iterable[str]]) -> str:
    """How a case ended, of the told outcomes the one that :data:`ENDS` lists first."""
    for end, outcomes in ENDS.items():
        if set(stages["outcome"]) & set(outcomes):
            return end
    return "stayed" if {"did_not_leave", "stopped_in_transit"} & set(stages["route"]) else "not_told"


def _outcomes(courses: list[Any]) -> list[Any]:
    """Cases and persons by end.

    Cases that lie wholly within another are left out of the cases, and persons that two cases share are counted once.
    """
    ends = Counter(course.end for course in courses if not course.within)
    total = max(1, ends.total())
    outcomes = []
    for end in ORDER:
        people = [course for course in courses if course.end == end]
        persons = sum(course.persons - course.double for course in people)
        most = ends[end] + (0 if end == "not_told" else ends["not_told"])
        shares = ends[end] / total, most / total
        outcomes.append(Outcome(end, ends[end], persons, *shares, join_ids(people, "case_id")))
    return outcomes


def _stages(record: Record) -> list[Any]:
    """What is told of each stage before the outcome, in the order of a life."""
    reported = []
    for (stage, value), rows in grouped(listed(record.stages), "stage", "value").items():
        counts = distinct(rows, "case_id"), distinct(rows, "speaker"), join_ids(rows, "stage_id")
        if stage != "outcome":
            reported.append(Reported(stage, value, *counts, f"stage_{stage}:{value}"))
    return sorted(reported, key=lambda row: (STAGES.index(row.stage), -row.cases))


def _units(record: Record) -> Iterator[Any]:
    """What the two coders coded, by kind of row."""
    for unit, rows in grouped(listed(record.codings), "unit_type").items():
        a, b = ({row.sentence_sha256 for row in rows if row.coder == coder} for coder in "ab")
        yield Units(unit, len(a), len(b), len(a & b), len(a | b), len(a & b) / len(a | b))


def _agreement(record: Record) -> Iterator[Any]:
    """Agreement on each code: of sentences that either coder coded, how many coder a, coder b or both gave it.

    Stories are resampled, not sentences: sentences of one story are not independent. ``status``: holds where the whole
    interval is at or above 0.667, ``few`` where fewer than ten sentences carry the code, ``fails`` otherwise.
    """
    rng = np.random.default_rng(20170327)
    stories = dict(zip(record.explanations["sentence_sha256"], record.explanations["story"], strict=True))
    codings = grouped(listed(record.codings), "unit_type")
    for unit, fields in FIELDS.items():
        coded = codings.get(unit, [])
        place = {sentence: at for at, sentence in enumerate(dict.fromkeys(row.sentence_sha256 for row in coded))}
        if not place:
            continue
        of_story = pd.factorize(np.array([stories.get(sentence, sentence) for sentence in place], dtype=object))[0]
        many = of_story.max() + 1
        weights = rng.multinomial(many, np.full(many, 1 / many), BOOTSTRAP)[:, of_story].astype(float)
        marks: dict[tuple[str, str], dict[str, Any]] = {}
        for field in fields:
            for row in coded:
                for term in filter(None, getattr(row, field).split(";")):
                    marked = marks.setdefault((field, term), {coder: np.zeros(len(place), bool) for coder in "ab"})
                    marked[row.coder][place[row.sentence_sha256]] = True
        for (field, term), marked in marks.items():
            a, b = marked["a"], marked["b"]
            masks = (a & b, a ^ b, ~a & ~b)
            both, one, neither = (int(mask.sum()) for mask in masks)
            resampled = alpha(*(weights @ mask for mask in masks))
            low, high = np.nanquantile(resampled, TAILS) if not np.isnan(resampled).all() else (np.nan, np.nan)
            status = "few" if both + one < FEW_UNITS else "holds" if low >= FIRM else "fails"
            name = f"{'speaker_role' if field == 'role' else field}:{term}"
            shares = ((both + neither) / len(place), float(alpha(*np.array([both, one, neither], float))), low, high)
            counts = len(place), int(a.sum()), int(b.sum()), both, both + one
            yield Agreement(field, term, name, *counts, *(round(float(share), 6) for share in shares), status)


def _outcome_finding(record: Record, courses: list[Any], outcomes: list[Any]) -> Finding:
    ends = {row.end: picked(row, "cases", "persons", "lower", "upper") for row in outcomes}
    persons, double = (sum(getattr(course, name) for course in courses) for name in ("persons", "double"))
    values = {"ends": ends, "cases": sum(not course.within for course in courses)}
    values |= {"persons": persons - double, "counted": persons, "double": double}
    bounds, cited = (ends["died"]["lower"], ends["died"]["upper"]), [course.case_id for course in courses]
    return make_finding(record, "pathways.cases", bounds, "share", (), values, ["not_a_sample"], cited)


def _code_finding(record: Record, rows: list[Any], frame: str, agreement: list[Any]) -> Finding | None:
    """Which factors are given, most speakers first."""
    coded = [row for row in rows if codes_of(row, frame)]
    if not coded:
        return None
    factors = [Factor(*one) for one in counted(coded, lambda row: [(code,) for code in codes_of(row, frame)])]
    factors.sort(key=lambda factor: (-factor.speakers, -factor.explanations))
    status = {row.code: row.status for row in agreement if row.field == frame}
    fields = ("code", "explanations", "speakers", "stories")
    codes = [picked(factor, *fields) | {"status": status.get(factor.code, "few")} for factor in factors]
    cited = [row.explanation_id for row in coded]
    values = {"frame": frame, "codes": codes, "speakers": distinct(coded, "speaker"), "explanations": len(coded)}
    values["phases"] = list(dict.fromkeys(row.phase for row in coded))
    return make_finding(record, "pathways.factors", factors[0].speakers, "speakers", (), values, ["statements"], cited)


def _phase_finding(record: Record, rows: list[Any]) -> Finding:
    """What is said of each phase: the directions by distinct speakers."""
    phases = []
    for phase, part in sorted(grouped(rows, "phase").items(), key=lambda one: record.terms("phase").index(one[0])):
        directions = {direction: distinct(group, "speaker") for direction, group in grouped(part, "direction").items()}
        most = max(directions.values())
        top = [{"direction": name, "speakers": count} for name, count in directions.items() if count == most]
        phases.append({"phase": phase, "speakers": distinct(part, "speaker"), "top": top})
    speakers, cited = distinct(rows, "speaker"), [row.explanation_id for row in rows]
    return make_finding(record, "pathways.phases", speakers, "speakers", (), {"phases": phases}, ["statements"], cited)


def _speaker_finding(record: Record, rows: list[Any]) -> Finding:
    first = [row for row in rows if row.first_hand]
    went = [row for row in first if row.speaker_role == "insider"]
    of = Counter(row.source_id for row in rows)
    (source, _), largest = Counter((row.source_id, row.story) for row in rows).most_common(1)[0]
    roles = [
        {"role": role, "speakers": distinct(part, "speaker"), "explanations": len(part)}
        for role, part in sorted(grouped(rows, "speaker_role").items(), key=lambda one: (-len(one[1]), one[0]))
    ]
    values = {
        "explanations": len(rows),
        "speakers": distinct(rows, "speaker"),
        "stories": distinct(rows, "story"),
        "first_hand": len(first),
        "first_speakers": distinct(first, "speaker"),
        "went": len(went),
        "went_speakers": distinct(went, "speaker"),
        "largest": largest,
        "largest_of": of[source],
        "roles": roles,
    }
    cited = [row.explanation_id for row in rows]
    return make_finding(record, "pathways.who_explains", len(first), "explanations", (), values, coded=cited)


def _reliability_finding(record: Record, agreement: list[Any]) -> Finding:
    by = Counter(row.status for row in agreement)
    values: dict[str, Any] = {name: by[name] for name in ("holds", "fails", "few")}
    values |= {"codes": len(agreement), "threshold": FIRM, "few_units": FEW_UNITS}
    values["firm"] = [picked(row, "field", "code", "alpha") for row in agreement if row.status == "holds"]
    cited = list(record.explanations["explanation_id"])
    return make_finding(record, "pathways.reliability", by["holds"], "codes", (), values, ["coders"], cited)
