"""Raw to curated: the committed tables are what the raw ones give, and a wrong cell is refused in words."""

import csv
from pathlib import Path

import pytest
from frictionless import Package

from analysis.evidence import paths
from analysis.evidence.curate import curate, read
from analysis.evidence.problems import EvidenceError
from analysis.evidence.readings import derive

SOURCE = "raseef22-2017-03"


def spoil(path: Path, row: int, column: str, value: str) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[row - 2][column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_committed_tables_are_reproduced_byte_for_byte(raw: Path, tmp_path: Path) -> None:
    curate(raw, tmp_path / "curated")
    made = {path.name: path.read_bytes() for path in (tmp_path / "curated").iterdir()}
    assert made == {path.name: path.read_bytes() for path in paths.CURATED.iterdir()}


def test_frictionless_finds_the_package_valid() -> None:
    limit = csv.field_size_limit()
    report = Package(str(paths.CURATED / "datapackage.json")).validate()
    csv.field_size_limit(limit)  # which that library raises for the whole process
    assert report.valid, report.flatten(["fieldName", "rowNumber", "note"])


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("hedge", "roughly", "one of about, at_least"),
        ("value", "six hundred", "a number such as"),
        ("value", "", "a number for every hedge but vague"),
        ("claim_id", "elsewhere.c01", "an id that begins with"),
        ("as_of", "2016-13", "an EDTF date"),
        ("char_end", "1", "a start before the end"),
        ("phrase", "one two three four five six seven eight nine", "8 at most"),
        ("case_id", f"{SOURCE}.p99", "a case_id of some cases.csv"),
        ("unit", "share", "shares in the unit share"),
        ("base", "departed", "found 'departed'; expected the whole of a share"),
        ("value_to", "300", "found '300'; expected the far end of a range"),
        ("value", "199.5", "found '199.5'; expected a whole number"),
        ("period", "2017-13", "an EDTF date"),
        ("measure", " killed", "no white space around it"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_place(
    raw: Path, tmp_path: Path, column: str, value: str, expected: str
) -> None:
    spoil(raw / SOURCE / "claims.csv", 4, column, value)
    with pytest.raises(EvidenceError) as caught:
        curate(raw, tmp_path / "curated")
    message = str(caught.value)
    assert f"{SOURCE}/claims.csv, row 4, column {column}" in message and expected in message
    assert not (tmp_path / "curated").exists()


def test_an_ambiguity_is_no_other_parameter(raw: Path, tmp_path: Path) -> None:
    path = raw / "readings.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("\nyear_2016,", "\nsources,"), encoding="utf-8")
    with pytest.raises(EvidenceError, match="column ambiguity: found 'sources'; expected a name that no other"):
        curate(raw, tmp_path / "curated")


def test_less_than_nothing_is_refused(raw: Path, tmp_path: Path) -> None:
    spoil(raw / SOURCE / "claims.csv", 4, "hedge", "less_than")
    spoil(raw / SOURCE / "claims.csv", 4, "value", "0")
    with pytest.raises(EvidenceError, match="column value: found less_than 0; expected a number above 0"):
        curate(raw, tmp_path / "curated")


@pytest.mark.parametrize(
    ("file", "row", "column", "value", "expected"),
    [
        ("claims", 4, "unit", "cells", "the unit that measures.csv gives the measure"),
        ("claims", 4, "kind", "duration", "durations and ages in a unit of time"),
        ("claims", 4, "kind", "age", "the kind age for the measure age"),
        ("claims", 2, "period", "2016", "a stock is of one date"),
        ("claims", 4, "base_n", "48", "the number of units behind a share"),
        ("claims", 2, "applies", "each", "a window of several years"),
        ("claims", 4, "as_of", "2018", "a date not after the source's publication"),
        ("claims", 4, "period", "2018", "a date not after the source's publication"),
        ("claims", 4, "char_end", "980", "room for the phrase"),
        ("claims", 4, "case_id", "magharebia-2014-12.p01", "a case of the same source"),
        ("claims", 4, "population", "case_persons", "the case whose persons are counted"),
        ("claims", 3, "speaker", "nobody", "a speaker of speakers.csv"),
        ("claims", 3, "label", "x" * 41, "40 characters at most"),
        ("claims", 3, "label", "", "a value; this column may not be empty"),
        ("claims", 3, "label", "bcij: 199 returned", "a name that no other row has"),
        ("explanations", 2, "story", "mwn-2017-07.s1", "the id of a story that begins with its source"),
        ("explanations", 2, "target", "case", "the target case where there is a case_id"),
        ("stages", 2, "value", "fought", "(stage_"),
        ("stages", 2, "case_id", "", "this column may not be empty"),
        ("positions", 2, "question", "what", "a question of questions.csv"),
        ("cases", 10, "overlaps", "raseef22-2017-03.p99", "other cases of the same source"),
        ("cases", 2, "shared", "1", "nothing, where no other case overlaps"),
        ("cases", 10, "shared", "9", "no more persons than the case has"),
        ("events", 2, "date", "2019-01", "a date not after the source's publication"),
        ("stages", 5, "period", "2019", "a date not after the source's publication"),
        ("codings", 2, "coder", "b", "the coder in the coding_id"),
        ("codings", 2, "phase", "exit", "a value for every explanation, and for nothing else"),
        ("codings", 2, "measure", "", "a value for every claim, and for nothing else"),
    ],
)
def test_a_cell_that_its_context_contradicts_is_refused(
    raw: Path, file: str, row: int, column: str, value: str, expected: str
) -> None:
    spoil(raw / SOURCE / f"{file}.csv", row, column, value)
    with pytest.raises(EvidenceError) as caught:
        read(raw)
    messages = [str(problem) for problem in caught.value.problems if expected in str(problem)]
    assert messages and any(f"{SOURCE}/{file}.csv" in one for one in messages)


@pytest.mark.parametrize(("phase", "frame"), [("exit", "hafez_mullins"), ("departure", "neumann")])
def test_a_frame_is_of_its_phases_alone(raw: Path, phase: str, frame: str) -> None:
    path = raw / SOURCE / "explanations.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    at = next(place for place, row in enumerate(rows, start=2) if row[frame] and row["phase"] != phase)
    spoil(path, at, "phase", phase)
    with pytest.raises(EvidenceError, match=f"row {at}, column {frame}: .*alone"):
        read(raw)


@pytest.mark.parametrize("modality", ["forecast", "intent"])
@pytest.mark.parametrize("period", ["../2018", "2018/2019"])
def test_what_a_source_foresees_may_lie_ahead(raw: Path, modality: str, period: str) -> None:
    claims = list(csv.DictReader((raw / SOURCE / "claims.csv").read_text(encoding="utf-8").splitlines()))
    patched = (raw / "patches.csv").read_text(encoding="utf-8")
    free = (n for n, row in enumerate(claims, 2) if row["kind"] == "cumulative" and row["claim_id"] not in patched)
    row = next(free)
    spoil(raw / SOURCE / "claims.csv", row, "modality", modality)
    spoil(raw / SOURCE / "claims.csv", row, "period", period)
    read(raw)


@pytest.mark.parametrize(
    ("cells", "column", "expected"),
    [
        ({"value": "0", "hedge": "about"}, "value", "a number above 0"),
        ({"value": "300", "value_to": "200", "hedge": "range"}, "value_to", "found 300 to 200; expected a range that rises"),
        ({"value": "1.5", "unit": "share", "kind": "share", "base": "departed"}, "value", "found '1.5'; expected a fraction of 1"),
    ],
)  # fmt: skip
def test_cells_that_do_not_go_together_are_refused(
    raw: Path, cells: dict[str, str], column: str, expected: str
) -> None:
    for name, cell in cells.items():
        spoil(raw / SOURCE / "claims.csv", 4, name, cell)
    with pytest.raises(EvidenceError) as caught:
        read(raw)
    assert f"{SOURCE}/claims.csv, row 4, column {column}: " in str(caught.value) and expected in str(caught.value)


@pytest.mark.parametrize(
    ("cell", "expected"), [("nothing", "a measure of measures.csv, or nothing"), ("killed", "a tree")]
)
def test_a_part_of_nothing_or_of_itself_is_refused(raw: Path, cell: str, expected: str) -> None:
    path = raw / "measures.csv"
    measures = [line.split(",")[0] for line in path.read_text(encoding="utf-8").splitlines()]
    row = measures.index("killed") + 1
    spoil(path, row, "part_of", cell)
    with pytest.raises(EvidenceError) as caught:
        read(raw)
    assert f"measures.csv, row {row}, column part_of: " in str(caught.value) and expected in str(caught.value)


@pytest.mark.parametrize(
    ("file", "column", "cell", "expected"),
    [
        (
            "patches",
            "claim_id",
            f"{SOURCE}.c99",
            "column claim_id: found 'raseef22-2017-03.c99'; expected a claim_id of some",
        ),
        ("patches", "field", "colour", "column field: found 'colour'; expected one of"),
        ("patches", "field", "label", "column field: found 'label'; expected one of"),
        (
            "patches",
            "reading",
            "another",
            "column reading: found another of shares_base; expected a reading of readings.csv",
        ),
        ("readings", "question", "What else?", "2 questions of shares_base; expected one question"),
        ("readings", "answer", "of all Moroccans killed in Syria and Iraq", "another answer for each reading"),
    ],
)
def test_a_reading_of_what_does_not_exist_is_refused(
    raw: Path, file: str, column: str, cell: str, expected: str
) -> None:
    path = raw / f"{file}.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    row = next(n for n, one in enumerate(rows, 2) if one["reading"] == "northern_documented_dead")
    spoil(path, row, column, cell)
    with pytest.raises(EvidenceError) as caught:
        read(raw)
    assert expected in str(caught.value)


def test_an_ambiguity_without_a_default_is_reported_with_its_column(raw: Path) -> None:
    path = raw / "readings.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    for number, row in enumerate(rows, 2):
        if row["ambiguity"] == "shares_base":
            spoil(path, number, "default", "false")
    with pytest.raises(EvidenceError, match=r"readings\.csv, column default: .*one of them the default"):
        read(raw)


def test_all_problems_are_reported_at_once(raw: Path, tmp_path: Path) -> None:
    spoil(raw / SOURCE / "claims.csv", 2, "hedge", "roughly")
    spoil(raw / SOURCE / "events.csv", 2, "date", "yesterday")
    (raw / "mwn-2018-12" / "cases.csv").write_text("\ufeffcase;persons\n")
    with pytest.raises(EvidenceError) as caught:
        curate(raw, tmp_path / "curated")
    assert len(caught.value.problems) >= 3
    assert "commas, UTF-8 without a byte-order mark" in str(caught.value)


def test_a_reading_must_be_a_complete_choice(raw: Path, tmp_path: Path) -> None:
    path = raw / "patches.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(
        "".join(line for line in lines if not line.startswith("shares_base,all_moroccan_dead") or "base_n" not in line)
    )
    with pytest.raises(EvidenceError, match="the same claims and fields in each"):
        curate(raw, tmp_path / "curated")


def test_curated_intervals_hold_the_printed_number(record) -> None:  # type: ignore[no-untyped-def]
    claims = derive(record.reported["claims"], record.speakers)
    inclusive = claims[claims["hedge"].isin(["exact", "about", "at_least", "at_most", "range"])]
    assert (inclusive["lower"] <= inclusive["value"]).all()
    assert (inclusive["upper"].fillna(float("inf")) >= inclusive["value"]).all()


def test_a_choice_without_a_question_is_refused(raw: Path) -> None:
    path = raw / "parameters.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("revision,", "revsion,"), encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        read(raw)
    message = str(caught.value)
    assert "column parameter: found 'revsion'" in message and "parameters.csv: found no row of revision" in message


@pytest.mark.parametrize("answer", ["only {laebl}", "only {label", "only }", "{value:>9}", "{0}"])
def test_an_answer_with_other_blanks_than_value_and_label_is_refused(raw: Path, answer: str) -> None:
    spoil(raw / "parameters.csv", 2, "answer", answer)
    with pytest.raises(EvidenceError, match=r"row 2, column answer: .*no braces but those of \{value\} and \{label\}"):
        read(raw)
