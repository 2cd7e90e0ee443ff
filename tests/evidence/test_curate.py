"""Raw to curated: the committed tables are what the raw ones give, and a wrong cell is refused in words."""

import csv
from pathlib import Path

import pytest
from frictionless import Package

from analysis.evidence import paths
from analysis.evidence.curate import curate, read
from analysis.evidence.problems import EvidenceError
from analysis.evidence.readings import derive

from .conftest import spoil, spoil_all

SOURCE = "raseef22-2017-03"


def test_committed_tables_are_reproduced_byte_for_byte(raw: Path, tmp_path: Path) -> None:
    curate(raw, tmp_path / "curated")
    made = {path.name: path.read_bytes() for path in (tmp_path / "curated").iterdir()}
    assert made == {path.name: path.read_bytes() for path in paths.CURATED.iterdir()}


def test_frictionless_finds_the_package_valid() -> None:
    limit = csv.field_size_limit()
    report = Package(str(paths.CURATED / "datapackage.json")).validate()
    csv.field_size_limit(limit)  # which that library raises for the whole process
    assert report.valid, report.flatten(["fieldName", "rowNumber", "note"])


def test_an_ambiguity_is_no_other_parameter(raw: Path, tmp_path: Path) -> None:
    path = raw / "readings.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("\nyear_2016,", "\nsources,"), encoding="utf-8")
    with pytest.raises(EvidenceError, match="column ambiguity: found 'sources'; expected a name that no other"):
        curate(raw, tmp_path / "curated")


def rows_of(path: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows of a table with their numbers; the header is row 1."""
    return [*enumerate(csv.DictReader(path.read_text(encoding="utf-8").splitlines()), 2)]


def test_a_frame_is_of_its_phases_alone(raw: Path) -> None:
    path = raw / SOURCE / "explanations.csv"
    lines = []
    for phase, frame in (("exit", "hafez_mullins"), ("departure", "neumann")):
        at = next(at for at, row in rows_of(path) if row[frame] and row["phase"] != phase)
        spoil(path, at, "phase", phase)
        lines.append(f"row {at}, column {frame}: ")
    with pytest.raises(EvidenceError) as caught:
        read(raw)
    assert all(any(line in one and "alone" in one for one in str(caught.value).splitlines()) for line in lines)


def test_what_a_source_foresees_may_lie_ahead(raw: Path) -> None:
    path = raw / SOURCE / "claims.csv"
    patched = (raw / "patches.csv").read_text(encoding="utf-8")
    free = (at for at, row in rows_of(path) if row["kind"] == "cumulative" and row["claim_id"] not in patched)
    cells = [
        {"modality": modality, "period": period}
        for modality in ("forecast", "intent")
        for period in ("../2018", "2018/2019")
    ]
    spoil_all(path, dict(zip(free, cells, strict=False)))
    read(raw)


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


def test_a_reading_of_what_does_not_exist_is_refused(raw: Path) -> None:
    expected = []
    for file, column, cell, message in (
        ("patches", "claim_id", f"{SOURCE}.c99", f"column claim_id: found '{SOURCE}.c99'; expected a claim_id of some"),
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
    ):
        named = [at for at, row in rows_of(raw / f"{file}.csv") if row["reading"] == "northern_documented_dead"]
        spoil(raw / f"{file}.csv", named[len(expected) % len(named)], column, cell)
        expected.append(message)
    with pytest.raises(EvidenceError) as caught:
        read(raw)
    assert all(message in str(caught.value) for message in expected)


def test_an_ambiguity_without_a_default_is_reported_with_its_column(raw: Path) -> None:
    path = raw / "readings.csv"
    spoil_all(path, {at: {"default": "false"} for at, row in rows_of(path) if row["ambiguity"] == "shares_base"})
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


def test_an_answer_with_other_blanks_than_value_and_label_is_refused(raw: Path) -> None:
    answers = ["only {laebl}", "only {label", "only }", "{value:>9}", "{0}"]
    spoil_all(raw / "parameters.csv", {row: {"answer": answer} for row, answer in enumerate(answers, 2)})
    with pytest.raises(EvidenceError) as caught:
        read(raw)
    for row in range(2, 7):
        assert f"row {row}, column answer: " in str(caught.value)
    assert str(caught.value).count("no braces but those of {value} and {label}") == len(answers)
