"""Hostile and broken input to the raw tables: refused in words that lead to it, or harmless; never half accepted."""

import csv
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.evidence import paths
from analysis.evidence.curate import curate, read
from analysis.evidence.intake.verify import verify
from analysis.evidence.problems import EvidenceError
from analysis.evidence.record import Record
from tests.conftest import of_one_source

from .conftest import spoil

SOURCE = "mwn-2018-12"
CLAIMS = f"{SOURCE}/claims.csv"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record of one source, without readings and wider figures: quick to read."""
    return of_one_source(tmp_path_factory.mktemp("small") / "raw", SOURCE)


@pytest.fixture
def small(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "raw"))


def refused(raw: Path) -> list[str]:
    """The messages a person reads: one line per problem, safe to print."""
    with pytest.raises(EvidenceError) as caught:
        read(raw)
    lines = [str(problem) for problem in caught.value.problems]
    assert all(line.isprintable() for line in lines) and all(len(line) < 3000 for line in lines)
    return lines


def test_parts_that_are_their_own_whole_are_refused(small: Path) -> None:
    spoil(small / "measures.csv", 2, "part_of", "killed_part")
    with (small / "measures.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    spoil(small / "measures.csv", [row["measure"] for row in rows].index("killed") + 2, "part_of", rows[0]["measure"])
    assert sum("measures.csv, row " in line and "expected a tree" in line for line in refused(small)) >= 2


def test_a_part_is_of_a_term_of_its_own_field(small: Path) -> None:
    path = small / "codebook.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = next(place for place, line in enumerate(lines, 1) if line.startswith("phase,"))
    spoil(path, place, "part_of", "exact")
    assert (
        f"codebook.csv, row {place}, column part_of: found 'exact'; expected a term of codebook.csv, or nothing."
        in (refused(small))
    )


def test_a_measure_listed_twice_with_two_units_is_refused(small: Path) -> None:
    path = small / "measures.csv"
    header, first, *others = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, first, *others, first.replace("persons,,", "cells,,")]) + "\n", encoding="utf-8")
    assert any(line.startswith(f"measures.csv, row {len(others) + 3}") for line in refused(small))


PATCHES = "ambiguity,reading,claim_id,field,value\n"
READINGS = "ambiguity,question,reading,answer,default,reason\n"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("a,x,{0}.c99,value,1\na,y,{0}.c99,value,2\n", "row 2, column claim_id: found 'mwn-2018-12.c99'"),
        ("a,x,{0}.c01,valeu,1\na,y,{0}.c01,valeu,2\n", "row 2, column field: found 'valeu'"),
        ("a,x,{0}.c01,family,none-such\na,y,{0}.c01,family,{1}\n", "column family: found 'none-such'"),
        ("a,x,{0}.c01,note,=1\na,y,{0}.c01,note,b\n", "row 2, column value: found '=1'"),
        ("a,x,{0}.c01,note,1\n", "found readings of a that set different cells, or none"),
        (
            "a,x,{0}.c01,note,1\na,y,{0}.c01,note,2\nb,x,{0}.c01,note,2\nb,y,{0}.c01,note,1\n",
            "row 4, column field: found note of mwn-2018-12.c01 set by b and by another ambiguity",
        ),
    ],
    ids=["no claim", "no column", "no family", "formula", "no choice", "circular"],
)
def test_a_reading_of_what_is_not_there_and_readings_that_undo_each_other_are_refused(
    small: Path, rows: str, expected: str
) -> None:
    with (small / CLAIMS).open(newline="") as file:
        family = next(csv.DictReader(file))["family"]
    read_so = "".join(f"{a},Which?,{r},as {r},{d},r\n" for a in "ab" for r, d in (("x", "true"), ("y", "false")))
    (small / "readings.csv").write_text(READINGS + read_so)
    (small / "patches.csv").write_text(PATCHES + rows.format(SOURCE, family))
    assert any(line.startswith("patches.csv") and expected in line for line in refused(small))


def test_one_reading_is_no_choice(small: Path) -> None:
    (small / "readings.csv").write_text(READINGS + "a,Which?,x,as x,true,r\n")
    assert any("found 1 readings of a, 1 of them default" in line for line in refused(small))


FILES: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("BOM", lambda b: b"\xef\xbb\xbf" + b, "row 1: found a byte-order mark; expected claim_id,"),
    (
        "Excel",
        lambda b: b"\xef\xbb\xbf" + b.replace(b",", b";").replace(b"\n", b"\r\n"),
        "row 1: found cells joined by ';'",
    ),
    ("tabs", lambda b: b.replace(b",", b"\t"), r"row 1: found cells joined by '\t'"),
    ("sep=", lambda b: b"sep=,\n" + b, "row 1: found a header without claim_id"),
    ("UTF-16", lambda b: b.decode().encode("utf-16"), "row 1: found the byte 0xff at offset 0; expected UTF-8"),
    ("UTF-16 without BOM", lambda b: b.decode().encode("utf-16-le"), "found "),
    ("Latin-1", lambda b: b + "é\n".encode("latin1"), "row {next}: found the byte 0xe9"),
    ("cp1256", lambda b: b + "وزارة\n".encode("cp1256"), "row {next}: found the byte 0xe6"),
    ("a workbook", lambda b: b"PK\x03\x04" + bytes(range(256)), "found the byte 0x80"),
    ("NULs", lambda b: b"\0" * 1000, "row 1: found a header without claim_id"),
    ("nothing", lambda b: b"", "row 1: found no header"),
    ("blank", lambda b: b"\n\n", "row 1: found no header"),
    ("a column less", lambda b: b.replace(b"hedge,", b"", 1), "row 1: found a header without hedge"),
    (
        "a column twice",
        lambda b: b.replace(b"hedge,", b"hedge,hedge,", 1),
        "row 1: found a header with more than one hedge",
    ),
    ("another column", lambda b: b.replace(b"hedge,", b"hegde,", 1), "without hedge and with the unknown 'hegde'"),
    ("another order", lambda b: b.replace(b"measure,hedge", b"hedge,measure", 1), "a header in another order"),
    (
        "a cell more",
        lambda b: b.replace(b"\nmwn", b"\nx,mwn", 1),
        "row 2, column claim_id: found 28 cells; expected 27 cells in every row",
    ),
    ("cut short", lambda b: b[:-100], "row {last}, column "),
    ("an open quote", lambda b: b + b'"abc', "row {next}: found no CSV"),
    ("a huge cell", lambda b: b + b"x" * 200000, "row {next}: found no CSV: field larger than"),
]


@pytest.mark.parametrize(("spoiled", "expected"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_a_table_saved_by_another_program_is_refused_with_what_to_do(
    small: Path, spoiled: Callable[[bytes], bytes], expected: str
) -> None:
    path = small / CLAIMS
    content = path.read_bytes()
    last = content.count(b"\n")  # no cell of this table holds a line break
    path.write_bytes(spoiled(content))
    place = expected.format(last=last, next=last + 1)
    assert any(line.startswith(CLAIMS) and place in line for line in refused(small))


def test_line_ends_of_other_systems_give_the_same_bytes(small: Path, tmp_path: Path) -> None:
    raw = {path: path.read_bytes() for path in small.rglob("*.csv")}
    made = []
    for place, end in enumerate((b"\n", b"\r\n", b"\r")):
        for path, content in raw.items():
            path.write_bytes(content.replace(b"\n", end))
        curate(small, tmp_path / str(place))
        made.append({path.name: path.read_bytes() for path in (tmp_path / str(place)).iterdir()})
    assert made[0] == made[1] == made[2]


def lead_to(target: str) -> Callable[[Path], None]:
    def put(path: Path) -> None:
        path.unlink()
        path.symlink_to(target)

    return put


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.skipif(os.name != "posix", reason="links and pipes as Unix has them")
@pytest.mark.parametrize("name", ["claims.csv", "source.toml"])
@pytest.mark.parametrize(
    ("put", "expected"),
    [
        (lead_to("/etc/passwd"), "a link"),
        (lead_to("/nowhere"), "a link"),
        (lead_to("claims.csv"), "a link"),
        (lead_to("/dev/zero"), "a link"),
        (folder, "a folder"),
        (pipe, "no file of text"),
        (Path.unlink, "no such file"),
    ],
    ids=["passwd", "dangling", "loop", "endless", "folder", "pipe", "none"],
)
def test_what_is_no_file_of_its_own_is_not_read(
    small: Path, put: Callable[[Path], None], expected: str, name: str
) -> None:
    put(small / SOURCE / name)
    lines = refused(small)
    assert any(line.startswith(f"{SOURCE}/{name}: found {expected}") for line in lines)
    assert "root:" not in "".join(lines)


def test_a_link_in_place_of_a_source_is_refused(small: Path, tmp_path: Path) -> None:
    shutil.move(small / SOURCE, tmp_path / "elsewhere")
    (small / SOURCE).symlink_to(tmp_path / "elsewhere")
    (small / "gone-2018-12").symlink_to(tmp_path / "nowhere")
    expected = [
        f"{name}: found a link; expected a folder of its own. Move the folder here."
        for name in ("gone-2018-12", SOURCE)
    ]
    assert refused(small) == expected


@pytest.mark.parametrize("name", ["A b;c", "MWN-2018-12", "x\x1b[31m", "-rf"])
def test_a_folder_that_is_no_id_is_refused(small: Path, name: str) -> None:
    shutil.copytree(small / SOURCE, small / name)
    (line,) = refused(small)
    assert ": found this name; " in line and "Rename the folder." in line


def test_a_source_that_is_half_made_is_not_passed_over(small: Path) -> None:
    (small / "gazette-2016-05").mkdir()
    read(small)  # git keeps no empty folder: somebody has only begun
    shutil.copy(small / CLAIMS, small / "gazette-2016-05")
    assert any(line.startswith("gazette-2016-05/source.toml: found no such file") for line in refused(small))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("publisher = [1, 2]", "key publisher: found [1, 2]; expected text in quotes"),
        ("publisher = nan", "key publisher: found nan; expected text in quotes"),
        ("publisher = 2017-03-01", "key publisher: found datetime.date(2017, 3, 1); expected text in quotes"),
        ('publisher = "=cmd"', "key publisher: found '=cmd'"),
        ('publisher = ""', "key publisher: found ''; expected a value"),
        ('publisher = "a"\npublisher = "b"', "Cannot overwrite a value"),
        ('publisher = "a\\u202eb"', r"key publisher: found 'a\u202eb'"),
        ('reprint = "no"', "key reprint: found 'no'"),
        ('published = "2018-02-30"', "key published: found '2018-02-30' is not an EDTF date"),
        ('stored_copy_url = "javascript:alert(1)"', "key stored_copy_url: found 'javascript:alert(1)'"),
        ('owner = "x"', "found the keys authors, date_basis, owner"),
        ("publisher = ", "Invalid value"),
    ],
)
def test_a_description_is_refused_by_its_key(small: Path, line: str, expected: str) -> None:
    path = small / SOURCE / "source.toml"
    key = line.split(" = ")[0]
    others = [kept for kept in path.read_text(encoding="utf-8").splitlines() if not kept.startswith(f"{key} =")]
    path.write_text("\n".join([*others, line]) + "\n", encoding="utf-8")
    lines = refused(small)
    assert any(one.startswith(f"{SOURCE}/source.toml") and expected in one for one in lines)
    assert not any(", row " in one for one in lines)


def test_markup_is_text_and_stays_as_it_is(small: Path, tmp_path: Path) -> None:
    note = "<script>alert(1)</script> & \"quotes\", {{ braces }} `code` $x$ 'and' more"
    spoil(small / CLAIMS, 4, "note", note)
    curate(small, tmp_path / "curated")
    with (tmp_path / "curated" / "claims.csv").open(encoding="utf-8", newline="") as file:
        assert [row["note"] for row in csv.DictReader(file)].count(note) == 1


def test_a_span_past_the_end_of_the_text_is_reported_with_its_place(small: Path, texts: list[Path]) -> None:
    spoil(small / CLAIMS, 4, "char_end", "999999999999")
    spoil(small / CLAIMS, 5, "char_start", "999999999")
    spoil(small / CLAIMS, 5, "char_end", "999999999999")
    faults = [fault for fault in verify(small, texts).faults if f"{SOURCE}.c0" in fault]
    assert [fault.split(":")[0] for fault in faults] == [
        f"{CLAIMS}, row 4, {SOURCE}.c03",
        f"{CLAIMS}, row 5, {SOURCE}.c04",
    ]
    assert "moved: " in faults[0] and "not at 655-999999999999" in faults[0]
    assert "moved: " in faults[1] and "not at 999999999-999999999999" in faults[1]


def test_fifty_thousand_rows_are_read_and_at_most_a_hundred_problems_are_listed(small: Path) -> None:
    path = small / SOURCE / "dismissed.csv"
    header, row = path.read_text(encoding="utf-8").splitlines()[:2]
    rows = row.split(",", 1)[1]
    path.write_text("\n".join([header, *(f"{SOURCE}.d{n},{rows}" for n in range(50_000))]) + "\n", encoding="utf-8")
    assert len(read(small)[0]["dismissed"]) == 50_000
    path.write_text("\n".join([header, *(f"{SOURCE}.d1,{rows}" for n in range(1_000))]) + "\n", encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        read(small)
    assert len(caught.value.problems) == 999 and str(caught.value).count("\n") == 101


@pytest.mark.parametrize("content", [b"", b"<<<<<<< HEAD\n", b"\xff", b'"', b"claim_id,claim_id\n"])
def test_a_curated_table_that_is_spoiled_is_refused(tmp_path: Path, content: bytes) -> None:
    shutil.copytree(paths.CURATED, tmp_path / "curated")
    (tmp_path / "curated" / "claims.csv").write_bytes(content)
    with pytest.raises(EvidenceError, match=r"curated/claims.csv: found .* Run `make data`."):
        Record.load(tmp_path / "curated")


def test_a_number_that_is_none_in_a_curated_table_is_refused(tmp_path: Path) -> None:
    shutil.copytree(paths.CURATED, tmp_path / "curated")
    spoil(tmp_path / "curated" / "claims.csv", 4, "value", "many")
    with pytest.raises(EvidenceError, match=r"curated/claims.csv: found .* Run `make data`."):
        Record.load(tmp_path / "curated")
