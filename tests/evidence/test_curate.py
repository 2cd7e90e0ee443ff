"""Raw to curated: the committed tables are what the raw ones give, and a wrong cell is refused in words."""

import csv
from pathlib import Path

import pytest
from frictionless import Package

from analysis.evidence import paths
from analysis.evidence.curate import curate
from analysis.evidence.problems import EvidenceError
from analysis.evidence.record import derive

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
    report = Package(str(paths.CURATED / "datapackage.json")).validate()
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
        ("measure", " killed", "no white space around it"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_place(
    raw: Path, tmp_path: Path, column: str, value: str, expected: str
) -> None:
    spoil(raw / SOURCE / "claims.csv", 4, column, value)
    with pytest.raises(EvidenceError) as caught:
        curate(raw, tmp_path / "curated")
    told = str(caught.value)
    assert f"{SOURCE}/claims.csv, row 4, column {column}" in told and expected in told
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


def test_all_problems_are_told_at_once(raw: Path, tmp_path: Path) -> None:
    spoil(raw / SOURCE / "claims.csv", 2, "hedge", "roughly")
    spoil(raw / SOURCE / "events.csv", 2, "date", "yesterday")
    (raw / "mwn-2018-12" / "cases.csv").write_text("\ufeffcase;persons\n")
    with pytest.raises(EvidenceError) as caught:
        curate(raw, tmp_path / "curated")
    assert len(caught.value.problems) >= 3
    assert "commas, UTF-8 without a byte-order mark" in str(caught.value)


def test_a_reading_must_be_a_complete_choice(raw: Path, tmp_path: Path) -> None:
    path = raw / "readings.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(
        "".join(line for line in lines if not line.startswith("shares_base,all_moroccan_dead") or "base_n" not in line)
    )
    with pytest.raises(EvidenceError, match="the same claims and fields in each"):
        curate(raw, tmp_path / "curated")


def test_curated_intervals_hold_the_printed_number(record) -> None:  # type: ignore[no-untyped-def]
    claims = derive(record.reported["claims"])
    inclusive = claims[claims["hedge"].isin(["exact", "about", "at_least", "at_most", "range"])]
    assert (inclusive["lower"] <= inclusive["value"]).all()
    assert (inclusive["upper"].fillna(float("inf")) >= inclusive["value"]).all()
