"""What must be true across the columns and the tables of the record?

Each function takes tables of text, as read, and yields a Problem for every row that breaks a rule; `tables.faults` says
how a rule is written. What a single cell may hold is declared in `schema`; whether a phrase is in its article is checked
by `intake.verify`.
"""

from collections.abc import Iterator, Mapping

import pandas as pd

from analysis.evidence import schema, tables
from analysis.evidence.dates import Days, days
from analysis.evidence.hedges import COUNTED, NUMBERED
from analysis.evidence.problems import Problem
from analysis.evidence.readings import DATES, apply_patches
from analysis.evidence.scenario import parameters
from analysis.evidence.tables import Frames, Vocabulary, faults, lookup
from analysis.evidence.text import WORD, visible

MAX_WORDS = 8
"""A printed phrase of more words would be copying."""

TIMES = frozenset({"days", "weeks", "months", "years"})
"""Units of a length of time."""

PHASES = {"hafez_mullins": {"departure"}, "push_pull_personal": {"departure"}, "neumann": {"life_inside", "exit"}}
"""The phases of the way that each coding frame is made for."""

CODED = {
    "claim": ("measure", "hedge", "kind", "population", "modality"),
    "explanation": ("phase", "direction"),
    "case": ("persons",),
    "stage": ("stage", "stage_value"),
    "event": ("date", "place"),
}
"""What a coder gives of each kind of unit, and of no other."""


def check_all(frames: Frames, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Every rule but those of readings, which are judged only when the claims are sound."""
    for table in (*schema.BY_SOURCE, schema.TABLES["wider"]):
        frame = frames[table.name]
        yield from row_problems(frame, table)
        yield from context_problems(frame, frames)
        yield from stage_problems(frame, vocabulary)
    for name in ("claims", "wider"):
        yield from figure_problems(frames[name])
        yield from measure_problems(frames[name], frames["measures"])
    for name in ("explanations", "codings"):
        yield from frame_problems(frames[name])
    yield from coding_problems(frames["codings"])
    yield from case_problems(frames["cases"])
    yield from name_problems(frames)
    yield from part_problems(frames)
    choices = frames["parameters"]
    blanks = choices["answer"].str.fullmatch(r"(?:[^{}]|\{value\}|\{label\})*")
    yield from faults(choices, (~blanks, "answer", "no braces but those of {value} and {label}"))


def _numbers(cells: pd.Series) -> pd.Series:
    """The numbers in ``cells``; none where there is none, which is the column's problem."""
    return tables.numeric(cells.where(cells.str.fullmatch(schema.NUMBER), None)).astype("float64")


def _days(cell: str) -> Days:
    """First and last day of a date; none of what is no date, which is its column's problem."""
    try:
        return days(cell) if cell else (None, None)
    except ValueError:
        return None, None


def date_problems(frame: pd.DataFrame, column: str) -> Iterator[Problem]:
    """Cells of ``column`` that are no EDTF date."""
    wrong = {}
    for cell in frame[column].unique():
        try:
            days(cell) if cell else None
        except ValueError as error:
            wrong[cell] = str(error) if repr(cell) in str(error) else f"{cell!r}: {error}"
    frame = frame.assign(fault=frame[column].map(wrong))
    yield from faults(frame, (frame["fault"].notna(), column, "an EDTF date such as 2016-08 or 2015/2016", "{fault}"))


def row_problems(frame: pd.DataFrame, table: schema.Table) -> Iterator[Problem]:
    """What no single column shows: dates, ids and folders, spans, phrase lengths."""
    for column in DATES:
        if column in frame:
            yield from date_problems(frame, column)
    for name, what in ((table.id, "an id"), ("story", "the id of a story")):
        if name in frame:
            own = frame[name].str.split(".").str[0].eq(frame["source_id"]) & frame[name].str.contains(".", regex=False)
            yield from faults(frame, (~own, name, f"{what} that begins with its source and a point"))
    words = frame["phrase"].map(lambda phrase: len(WORD.findall(visible(phrase))))
    frame = frame.assign(words=words, letters=frame["phrase"].str.len())
    if "char_start" in frame:
        start, end = (_numbers(frame[name]) for name in ("char_start", "char_end"))
        printed = frame["phrase"].map(visible).str.replace("ff[il]?|f[il]|st", "f", regex=True)  # also as ligatures
        short = (end - start).lt(printed.str.len()) & (start < end)
        span = "{char_start} to {char_end}"
        yield from faults(
            frame,
            (start >= end, "char_end", "a start before the end", span),
            (short, "char_end", "a place with room for the phrase", span + " for {letters} characters"),
        )
    long = (words > MAX_WORDS, "phrase", f"{MAX_WORDS} at most", "{words} words")
    yield from faults(frame, long, remedy="Quote less of the sentence.")


def context_problems(frame: pd.DataFrame, frames: Frames) -> Iterator[Problem]:
    """What does not fit the source it is in, or the case it is of."""
    own = frame["source_id"]
    published = lookup(frames["sources"], "source_id", "published")
    last = own.map({source: _days(cell)[1] for source, cell in published.items()}.get)
    for column in [name for name in DATES if name in frame and "coder" not in frame]:
        first = frame[column].map(lambda cell: _days(cell)[0])
        late = pd.Series([bool(day and end and day > end) for day, end in zip(first, last, strict=True)], frame.index)
        if column == "period" and "modality" in frame:
            late &= ~frame["modality"].isin(["intent", "forecast"])
        yield from faults(frame, (late, column, "a date not after the source's publication"))
    if "case_id" not in frame or frame.columns[0] == "case_id":
        return
    case = frame["case_id"]
    missing = ~case.isin(["", *frames["cases"]["case_id"]])
    other = case.ne("") & case.str.split(".").str[0].ne(own) & ~missing
    yield from faults(
        frame,
        (missing, "case_id", "a case_id of some cases.csv, or nothing"),
        (other, "case_id", "a case of the same source"),
    )
    if "population" in frame:
        lone = frame["population"].eq("case_persons") & case.eq("")
        yield from faults(frame, (lone, "case_id", "the case whose persons are counted"))
    if "target" in frame:
        wrong = frame["target"].eq("case").ne(case.ne(""))
        expected = "the target case where there is a case_id, and only there"
        yield from faults(frame, (wrong, "target", expected, "{target} with the case_id {case_id!r}"))
    if "stage" in frame:
        yield from faults(frame, (case.eq(""), "case_id", "the case that the stage is of"))


def case_problems(cases: pd.DataFrame) -> Iterator[Problem]:
    """Overlaps with what is no other case of the source, and more persons shared than there are."""
    ids = set(cases["case_id"])
    overlaps = [
        not set(cell.split(";")) <= ids - {own} or any(one.split(".")[0] != source for one in cell.split(";"))
        for cell, own, source in cases[["overlaps", "case_id", "source_id"]].itertuples(index=False)
    ]
    wrong = pd.Series(overlaps, cases.index, dtype=bool) & cases["overlaps"].ne("")
    shared, persons = _numbers(cases["shared"]).fillna(0), _numbers(cases["persons"])
    alone = shared.gt(0) & cases["overlaps"].eq("")
    yield from faults(
        cases,
        (wrong, "overlaps", "other cases of the same source, joined by ';'"),
        (alone, "shared", "nothing, where no other case overlaps"),
        (shared > persons, "shared", "no more persons than the case has", "{shared} of {persons}"),
    )


def stage_problems(frame: pd.DataFrame, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Values that the codebook does not list for their stage."""
    if "stage" not in frame:
        return
    value = "stage_value" if "coder" in frame else "value"
    for stage, rows in frame.groupby("stage", sort=False):
        terms = vocabulary.get(f"stage_{stage}")
        if terms:
            expected = f"one of {', '.join(sorted(terms))} (stage_{stage} in codebook.csv)"
            yield from faults(rows, (~rows[value].isin(terms), value, expected))


def figure_problems(claims: pd.DataFrame) -> Iterator[Problem]:
    """Numbers that their hedge, unit or kind does not admit."""
    value, end = (_numbers(claims[name]) for name in ("value", "value_to"))
    given, given_end = claims["value"].ne(""), claims["value_to"].ne("")
    hedge, unit, share = claims["hedge"], claims["unit"], claims["kind"].eq("share")
    top, whole = value.where(end.isna() | (value > end), end), unit.isin(COUNTED)
    numberless = "a number for every hedge but vague, and none for vague"
    above_0 = hedge.isin(["about", "less_than"]) & value.eq(0)
    yield from faults(
        claims,
        (given != hedge.isin(NUMBERED), "value", numberless, "{value!r} with the hedge {hedge}"),
        (given_end != hedge.eq("range"), "value_to", "the far end of a range, and of nothing else"),
        (end < value, "value_to", "a range that rises", "{value} to {value_to}"),
        (unit.eq("share") & (top > 1), "value", "a fraction of 1, such as 0.38 for 38%"),
        (above_0, "value", "a number above 0 for about and less_than", "{hedge} 0"),
        (whole & (value % 1).gt(0), "value", "a whole number"),
        (whole & (end % 1).gt(0), "value_to", "a whole number"),
        (share != unit.eq("share"), "unit", "shares in the unit share", "unit {unit} for the kind {kind}"),
        (claims["base"].ne("") != share, "base", "the whole of a share, and nothing else"),
    )


def measure_problems(claims: pd.DataFrame, measures: pd.DataFrame) -> Iterator[Problem]:
    """Units and windows that the measure or the kind does not admit."""
    kind, unit, period = claims["kind"], claims["unit"], claims["period"]
    own = claims["measure"].map(measures.drop_duplicates("measure").set_index("measure")["unit"])
    years = period.map(lambda cell: {day.year for day in _days(cell) if day})
    fitting = unit.eq(own) | unit.isin(["share", "rank"]) | (unit.isin(TIMES) & own.isin(TIMES))
    measured = kind.eq("rank").ne(unit.eq("rank")) | kind.isin(["duration", "age"]).ne(unit.isin(TIMES))
    own_unit = "the unit that measures.csv gives the measure, a share of it or a rank by it"
    kinds = "ranks in the unit rank, durations and ages in a unit of time, and nothing else in those"
    ages = "the kind age for the measure age, and for nothing else"
    dated = kind.eq("stock") & period.ne("")
    based = claims["base_n"].ne("") & kind.ne("share")
    each = claims["applies"].eq("each") & years.map(len).lt(2)
    units = "the number of units behind a share, and of nothing else"
    several = "a window of several years, where the figure is of each"
    yield from faults(
        claims,
        (~fitting & own.notna(), "unit", own_unit, "unit {unit} for the measure {measure}"),
        (measured, "kind", kinds, "kind {kind} in the unit {unit}"),
        (kind.eq("age").ne(claims["measure"].eq("age")), "kind", ages, "kind {kind} of the measure {measure}"),
        (dated, "period", "nothing; a stock is of one date, its as_of", "{period} for a stock"),
        (based, "base_n", units, "{base_n} for the kind {kind}"),
        (each, "applies", several, "each, of the window {period!r}"),
    )


def frame_problems(frame: pd.DataFrame) -> Iterator[Problem]:
    """Codes of a frame in a phase that it is not made for."""
    for name, phases in PHASES.items():
        wrong = frame[name].ne("") & ~frame["phase"].isin(phases)
        yield from faults(frame, (wrong, name, f"codes of this frame for {' and '.join(sorted(phases))} alone"))


def coding_problems(codings: pd.DataFrame) -> Iterator[Problem]:
    """Cells of a blind coding that its unit or the coder in its id does not admit."""
    own = codings["coding_id"].str.extract(r"\.([ab])[0-9]+$")[0]
    yield from faults(codings, (codings["coder"].ne(own), "coder", "the coder in the coding_id"))
    for name, unit in ((name, unit) for unit, names in CODED.items() for name in names):
        wrong = codings[name].ne("") != codings["unit_type"].eq(unit)
        yield from faults(codings, (wrong, name, f"a value for every {unit}, and for nothing else"))
    wrong = codings["role"].eq("").ne(codings["unit_type"].eq("case"))
    yield from faults(codings, (wrong, "role", "a speaker role for all but a case"))


def name_problems(frames: Frames) -> Iterator[Problem]:
    """Names of claims, cases, measures, terms and speakers that are given twice, upper and lower case alike."""
    figures = [frames[name][["label", "file", "row"]] for name in ("claims", "wider")]
    codebook = frames["codebook"]
    for frame, column, key in (
        (pd.concat(figures, ignore_index=True), "label", ""),
        (frames["cases"], "label", ""),
        (frames["measures"], "label", ""),
        (frames["speakers"], "name", ""),
        (frames["speakers"], "short", ""),
        (codebook, "label", codebook["field"] + "\0"),
    ):
        again = (key + frame[column].str.casefold()).duplicated() & frame[column].ne("")
        yield from faults(frame, (again, column, "a name that no other row has"))


def part_problems(frames: Frames) -> Iterator[Problem]:
    """Parts of what does not exist, and wholes that are in the end their own part."""
    for table, key in (("measures", "measure"), ("codebook", "term")):
        for _, rows in frames[table].groupby("field" if table == "codebook" else lambda _: 0, sort=False):
            whole = lookup(rows, key, "part_of")
            missing = ~rows["part_of"].isin(["", *rows[key]])
            within = [_within_itself(name, whole) for name in rows[key]]
            circle = pd.Series([bool(name) for name in within], rows.index, dtype=bool) & ~missing
            yield from faults(
                rows.assign(within=within),
                (missing, "part_of", f"a {key} of {table}.csv, or nothing"),
                (circle, "part_of", "a tree", f"{{{key}}} within {{within}} within itself"),
            )


def _within_itself(name: str, whole: Mapping[str, str]) -> str:
    """The first term, from ``name`` up through its wholes, that comes a second time; empty where none does."""
    seen: set[str] = set()
    while name and name not in seen:
        seen.add(name)
        name = whole.get(name, "")
    return name


def reading_problems(frames: Frames, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Readings that are no choice, patch what does not exist, or leave out what the source literally says.

    Choices without a question in parameters.csv too. Assumes that the claims are sound.
    """
    readings, patches, choices = frames["readings"], frames["patches"], frames["parameters"]
    conventions = [one.name for one in parameters(frames | {"readings": readings[:0]})]
    unknown = ~choices["parameter"].isin(conventions)
    yield from faults(choices, (unknown, "parameter", f"one of {', '.join(conventions)}"))
    for name in [name for name in conventions if name not in set(choices["parameter"])]:
        yield Problem("parameters.csv", f"no row of {name}", "the question and the answers of every choice")
    again = readings["ambiguity"].isin(conventions)
    yield from faults(readings, (again, "ambiguity", "a name that no other parameter has"))
    yield from _choice_problems(readings, patches)
    touched = [frame[frame["claim_id"].isin(patches["claim_id"])] for frame in (frames["claims"], frames["wider"])]
    claims = pd.concat(touched, ignore_index=True).fillna("")
    found = list(_cell_problems(patches, claims))
    yield from found
    if found or patches.empty:
        return
    printed = claims.set_index("claim_id").to_dict("index")
    for ambiguity, rows in patches.groupby("ambiguity", sort=False):
        coded = [printed[claim][field] for claim, field in zip(rows["claim_id"], rows["field"], strict=True)]
        if not (rows["value"] == coded).groupby(rows["reading"]).all().any():
            expected = "one reading that sets what claims.csv holds, so that the words as printed stay a choice"
            yield Problem("patches.csv", f"no reading of {ambiguity} as reported", expected, column="value")
    yield from _patched_problems(patches, claims, frames["measures"], vocabulary)


def _choice_problems(readings: pd.DataFrame, patches: pd.DataFrame) -> Iterator[Problem]:
    """Ambiguities whose readings are no complete choice between two or more."""
    cells: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for ambiguity, reading, claim, field in zip(*(patches[name] for name in patches.columns[:4]), strict=True):
        cells.setdefault((ambiguity, reading), set()).add((claim, field))
    for ambiguity, rows in readings.groupby("ambiguity", sort=False):
        defaults, questions = int(rows["default"].eq("true").sum()), rows["question"].nunique()
        if defaults != 1 or len(rows) < 2:
            found = f"{len(rows)} readings of {ambiguity}, {defaults} of them default"
            yield Problem("readings.csv", found, "two readings or more, one of them the default", column="default")
        if questions > 1:
            found = f"{questions} questions of {ambiguity}"
            yield Problem("readings.csv", found, "one question, the same on all its rows", column="question")
        again = rows["answer"].str.casefold().duplicated()
        yield from faults(rows, (again, "answer", "another answer for each reading"))
        sets = {frozenset(cells.get((str(ambiguity), reading), ())) for reading in rows["reading"]}
        if len(sets) > 1 or frozenset() in sets:
            found = f"readings of {ambiguity} that set different cells, or none"
            yield Problem("patches.csv", found, "the same claims and fields in each, so that a choice is complete")
    known = pd.MultiIndex.from_frame(readings[["ambiguity", "reading"]])
    unknown = ~pd.MultiIndex.from_frame(patches[["ambiguity", "reading"]]).isin(known)
    yield from faults(patches, (unknown, "reading", "a reading of readings.csv", "{reading} of {ambiguity}"))


def _cell_problems(patches: pd.DataFrame, claims: pd.DataFrame) -> Iterator[Problem]:
    """Patches of cells that do not exist, and cells that two ambiguities set."""
    fields = [name for name in schema.TABLES["claims"].raw_columns if name not in ("claim_id", "label")]
    missing = ~patches["claim_id"].isin(claims["claim_id"])
    unknown = ~patches["field"].isin(fields) & ~missing
    first = patches.groupby(["claim_id", "field"])["ambiguity"].transform("first")
    once = "each cell set by one ambiguity, so that no choice undoes another"
    twice = "{field} of {claim_id} set by {ambiguity} and by another ambiguity"
    yield from faults(
        patches,
        (missing, "claim_id", "a claim_id of some claims.csv"),
        (unknown, "field", f"one of {', '.join(fields)}"),
        (patches["ambiguity"].ne(first), "field", once, twice),
    )


def _patched_problems(
    patches: pd.DataFrame, claims: pd.DataFrame, measures: pd.DataFrame, vocabulary: Vocabulary
) -> Iterator[Problem]:
    """Claims that are not sound once a reading is applied."""
    versions = patches[["ambiguity", "reading", "claim_id"]].drop_duplicates().merge(claims, on="claim_id")
    keyed = lambda frame: frame.assign(claim_id=frame["ambiguity"].str.cat([frame["reading"], frame["claim_id"]], "/"))
    patched = apply_patches(keyed(versions), keyed(patches)).assign(
        claim_id=versions["claim_id"],
        file="patches.csv, reading " + versions["reading"] + ", applied to " + versions["file"],
    )
    wider = patched["source_id"].eq("wider")
    for name, part in (("wider", wider), ("claims", ~wider)):
        table = schema.TABLES[name]
        yield from tables.check_cells(patched.loc[part, [*table.raw_columns, "file", "row"]], table, vocabulary)
    yield from figure_problems(patched)
    yield from measure_problems(patched, measures)
    for column in ("period", "as_of"):
        yield from date_problems(patched, column)
