"""A phrase is found, a row is drafted, and a row that has only its phrase is completed."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from analysis.cli import main
from analysis.evidence import schema, tables
from analysis.evidence.curate import read
from analysis.evidence.intake.locate import DRAFTED, edited, fill, locate_phrase
from analysis.evidence.intake.worklist import intake
from analysis.evidence.problems import EvidenceError
from analysis.evidence.text import Text

ID = "lantern-2016-05"
ARTICLE = "Some 1\u00adhundred men left. He left, “they\ufeff say”, because of debts. He left.\n"


@pytest.fixture
def folder(raw: Path, tmp_path: Path) -> Path:
    """The folder of a source that was just brought in; its text is at hand."""
    path = tmp_path / "texts" / "article.txt"
    path.parent.mkdir()
    path.write_text(ARTICLE, encoding="utf-8")
    intake(path, ID, "https://lantern.example/", raw)
    return raw / ID


def write_row(folder: Path, table: str, cells: str) -> Path:
    path = folder / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8") + cells + "\n", encoding="utf-8")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("table", DRAFTED, ids=lambda table: table.name)
def test_a_draft_row_has_an_id_a_locator_and_usual_values(folder: Path, table: schema.Table) -> None:
    printed = locate_phrase("because of debts", ID, table.name, folder.parent, [folder.parent.parent / "texts"])
    header, row = csv.reader(printed.splitlines())
    cells = dict(zip(header, row, strict=True))
    text, key = Text(ARTICLE), table.id
    (span,) = text.occurrences("because of debts")
    assert header == table.raw_columns and cells[key].startswith(f"{ID}.") and cells[key].endswith("01")
    assert (cells["char_start"], cells["char_end"]) == (str(span.start), str(span.end))
    assert cells["sentence_sha256"] == text.sentence_hash(span)
    write_row(folder, table.name, printed.splitlines()[1])
    again = locate_phrase("because of debts", ID, table.name, folder.parent, [folder.parent.parent / "texts"])
    assert f"{ID}.{cells[key].split('.')[1][0]}02" in again


@pytest.mark.parametrize("table", DRAFTED, ids=lambda table: table.name)
@pytest.mark.parametrize("short", [True, False])
def test_a_row_with_only_a_phrase_is_completed(folder: Path, table: schema.Table, short: bool) -> None:
    before = table.raw_columns.index("phrase")
    path = write_row(
        folder, table.name, "," * before + "they say" + ("" if short else "," * (len(table.raw_columns) - before - 1))
    )
    summary = fill(ID, folder.parent, [folder.parent.parent / "texts"])
    assert summary == f"{ID}: {table.name} 1 completed"
    (row,) = rows(path)
    span = Text(ARTICLE).occurrences("they say")[0]
    assert (row["char_start"], row["char_end"]) == (str(span.start), str(span.end))
    assert not tables.check(
        tables.to_frame(tables.read_raw(path, table, "x"), table)[
            ["phrase", "sentence_sha256", "char_start", "file", "row", table.id]
        ],
        table,
        {},
    )
    content = path.read_bytes()
    assert (
        fill(ID, folder.parent, [folder.parent.parent / "texts"]) == f"{ID}: no row completed"
        and path.read_bytes() == content
    )


def test_what_is_in_several_places_or_in_none_is_named_and_nothing_is_written(folder: Path) -> None:
    texts = [folder.parent.parent / "texts"]
    path = write_row(folder, "events", ",,,He left,\n,,,She left,\n,,,they say,")
    before = path.read_bytes()
    with pytest.raises(EvidenceError) as caught:
        fill(ID, folder.parent, texts)
    assert [(problem.row, problem.column) for problem in caught.value.problems] == [(2, "phrase"), (3, "phrase")]
    assert (
        "Give the char_start" in str(caught.value)
        and "at no place" in str(caught.value)
        and path.read_bytes() == before
    )
    start = Text(ARTICLE).occurrences("He left")[1].start
    path.write_text(
        path.read_text(encoding="utf-8").replace(",,,He left", f",{start},,He left").replace(",,,She left,\n", ""),
        encoding="utf-8",
    )
    assert fill(ID, folder.parent, texts) == f"{ID}: events 2 completed"
    assert [row["event_id"] for row in rows(path)] == [f"{ID}.e01", f"{ID}.e02"]


def test_data_says_how_to_complete_a_row(folder: Path) -> None:
    write_row(folder, "events", f"{ID}.e01,,,they say,,2016-05,morocco,talk,article-{ID},")
    with pytest.raises(EvidenceError) as caught:
        read(folder.parent)
    hints = [
        str(problem)
        for problem in caught.value.problems
        if problem.file.endswith("events.csv") and "--fill" in str(problem)
    ]
    assert len(hints) == 3 and all(f"`analysis locate --fill --source {ID}` fills it in." in hint for hint in hints)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (f"{ID}.e01,1,2,one, two,{'0' * 64},2016,morocco,x,y,z", "sentence_sha256"),
        (f"{ID}.e01,1,2,one,{'0' * 64},2016,morocco,x,y,z,more", "note"),
        (f"{ID}.e01,1,2", "event_id"),
    ],
)
def test_a_row_of_another_length_names_the_column(folder: Path, cells: str, column: str) -> None:
    write_row(folder, "events", cells)
    with pytest.raises(EvidenceError) as caught:
        read(folder.parent)
    (problem,) = (problem for problem in caught.value.problems if problem.file.endswith("events.csv"))
    assert problem.row == 2 and f"{len(cells.split(','))} cells" in problem.found
    assert problem.column == column or len(cells.split(",")) < 10


def test_a_source_or_text_that_is_not_there_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EvidenceError, match=r"no text with the text_sha256.*no such folder"):
        locate_phrase("men", ID, "", folder.parent, [folder / "nowhere"])
    with pytest.raises(EvidenceError, match="nowhere in its text"):
        locate_phrase("women", ID, "", folder.parent, [folder.parent.parent / "texts"])
    assert main(["locate", "men", "--source", "no-such-source"]) == 1 and "--source" in capsys.readouterr().err
    assert main(["locate", "--source", ID]) == 2 and "a phrase, or --fill" in capsys.readouterr().err


def test_only_the_cells_that_change_are_changed() -> None:
    content = 'event_id,char_start\r\n"a, ""b""",1\r\n\r\nc\r\n'
    table = schema.Table("t", "t", tuple(map(schema.Column, ("event_id", "char_start", "phrase"))))
    assert edited(content, table, [{}, {"phrase": "x"}]) == 'event_id,char_start\r\n"a, ""b""",1\r\n\r\nc,,x\r\n'


def test_usual_values_are_terms(checked: tuple[tables.Frames, schema.Vocabulary]) -> None:
    _, vocabulary = checked
    for table in DRAFTED:
        for column in table.columns:
            if column.terms and column.usual and "{" not in column.usual:
                assert column.usual in vocabulary[column.terms], (table.name, column.name)


@pytest.mark.skipif(
    not shutil.which("soffice"), reason="LibreOffice is not installed (apt-get install libreoffice-calc)"
)
@pytest.mark.parametrize("kind", ["ods", "xlsx"])
def test_the_worklist_survives_a_spreadsheet(folder: Path, tmp_path: Path, kind: str) -> None:
    """Opened as UTF-8, saved as a workbook, and exported again, with what a spreadsheet likes to change."""
    text = tmp_path / "texts" / "article.txt"
    text.write_text(
        "“A third” of ½ of 1,600 left on 12 May 2016; –5 of 007, or 1e5, ‘½’ and ٣٠٠ مغربي.\n", encoding="utf-8"
    )
    intake(text, ID, raw=folder.parent)
    before = rows(folder / "todo.csv")
    assert "1/3" in {row["value"] for row in before}
    for file, convert, opened in (
        (folder / "todo.csv", kind, ["--infilter=CSV:44,34,76,1,,0,false,false"]),
        (tmp_path / f"todo.{kind}", "csv:Text - txt - csv (StarCalc):44,34,76,1", []),
    ):
        own = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = ["soffice", own, "--headless", *opened, "--convert-to", convert, "--outdir", str(tmp_path), str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=240)
    shutil.copy(tmp_path / "todo.csv", folder / "todo.csv")
    assert rows(folder / "todo.csv") == before
    tables.read_raw(folder / "todo.csv", schema.TODO, "todo.csv")
