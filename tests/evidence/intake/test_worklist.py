"""A source comes in: nothing that was coded is lost, nothing in the text is overlooked, and a changed text is followed."""

import csv
import re
import shutil
import tomllib
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from analysis.cli import main
from analysis.evidence import files, hedges, schema
from analysis.evidence.curate import read
from analysis.evidence.intake.suggestions import _MEASURES, _UNITS, Suggestion, suggestions
from analysis.evidence.intake.verify import verify
from analysis.evidence.intake.worklist import intake
from analysis.evidence.problems import EvidenceError
from analysis.evidence.schema import Vocabulary
from analysis.evidence.tables import Frames
from analysis.evidence.text import Span, Text

Checked = tuple[Frames, Vocabulary]
SOURCE = "raseef22-2017-03"
ID = "lantern-2016-05"
HOSTILE = (
    "\ufeffقال المسؤول إن ٣٠٠ مغربي عادوا، و7٪ منهم \u200f(٢٠١٥)\u200f.\r\n"
    "“About 1\u202f600,” he said; =cmd(1), 3,5% on 12.05.2017…\u00a0Raseef22, ½ of “them”, \U0001f600 two\u00a0thousand.\n"
)


def worklist(folder: Path) -> list[dict[str, str]]:
    with (folder / "todo.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def text_of(texts: list[Path]) -> Path:
    return next(path for path in texts[0].glob("000_*.txt"))


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "a text.txt"
    path.write_bytes(HOSTILE.encode())
    return path


def test_a_new_source_is_a_form_six_empty_tables_and_a_worklist(raw: Path, text: Path) -> None:
    done = intake(text, ID, 'https://lantern.example/"x\\', raw)
    assert done.new and set(contents(raw / ID)) == {
        "source.toml",
        "todo.csv",
        *(f"{table.name}.csv" for table in schema.BY_SOURCE),
    }
    with pytest.raises(EvidenceError) as caught:
        read(raw)
    assert {problem.file for problem in caught.value.problems} == {
        f"{ID}/source.toml, key {key}" for key in ("publisher", "published", "date_basis")
    }
    form = tomllib.loads((raw / ID / "source.toml").read_text(encoding="utf-8"))
    assert form["url"] == form["stored_copy_url"] == 'https://lantern.example/"x\\'


def test_every_number_of_a_hostile_text_is_listed_with_its_place(raw: Path, text: Path) -> None:
    intake(text, ID, raw=raw)
    content = Text(text.read_bytes().decode())
    rows = worklist(raw / ID)
    spans = [Span(int(row["char_start"]), int(row["char_end"])) for row in rows]
    assert [content.quote(span) for span in spans] == [row["phrase"] for row in rows]
    assert all(any(span.covers(token) for span in spans) for token in content.number_like())
    assert {row["status"] for row in rows} == {"todo"} and all(row["phrase"][0] not in "=+-@" for row in rows)
    values = {row["value"] for row in rows}
    assert {"300", "0.07", "1600", "0.035", "0.5", "2000"} <= values


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("At least 1,600 Moroccans have left.", ("claims", "departed", "at_least", "1600", "persons", "", "")),
        ("There are 500 fighters, at most.", ("claims", "", "at_most", "500", "persons", "", "")),
        ("Between 40 and 60 fighters returned.", ("claims", "returned", "range", "40", "persons", "", "60")),
        ("20-30% of fighters died.", ("claims", "killed", "range", "0.2", "share", "share", "0.3")),
        ("Some 300 people were arrested.", ("claims", "arrested_terrorism", "about", "300", "persons", "", "")),
        ("Nearly half of the returnees", ("claims", "returned", "less_than", "0.5", "share", "share", "")),
        ("Three quarters of the fighters died.", ("claims", "killed", "exact", "0.75", "share", "share", "")),
        ("A third of them died.", ("claims", "killed", "exact", "1/3", "share", "share", "")),
        ("one hundred and fifty militants", ("claims", "", "exact", "150", "persons", "", "")),
        ("more than 1.5 million people", ("claims", "", "more_than", "1500000", "persons", "", "")),
        ("tens of thousands of fighters", ("claims", "", "vague", "", "persons", "", "")),
        ("Dozens of them were killed.", ("claims", "killed", "vague", "", "persons", "", "")),
        ("a sentence of two or three years", ("claims", "sentence", "range", "2", "years", "duration", "3")),
        ("the third largest nationality", ("claims", "nationality_rank", "exact", "3", "rank", "rank", "")),
        ("the fifth largest nationality", ("claims", "nationality_rank", "exact", "5", "rank", "rank", "")),
        ("Many returned.", ("claims", "returned", "vague", "", "persons", "", "")),
        ("Several left.", ("claims", "departed", "vague", "", "persons", "", "")),
        ("Both died.", ("claims", "killed", "exact", "2", "persons", "", "")),
        ("One died.", ("claims", "killed", "exact", "1", "persons", "", "")),
        ("There were 500 then.", ("claims", "", "exact", "500", "", "", "")),
        ("They dismantled over 40 cells.", ("claims", "cells_dismantled", "more_than", "40", "cells", "", "")),
        ("It was on May 12, 2016.", ("events", "", "", "", "", "", "")),
        ("He wrote it in 2014-2015.", ("dismissed", "", "", "", "", "", "")),
        ("a source told Raseef22", ("dismissed", "", "", "", "", "", "")),
    ],
)
def test_plain_words_are_read(sentence: str, expected: tuple[str, ...]) -> None:
    [guess] = suggestions(Text(sentence))
    assert guess == Suggestion(guess.span, *expected)


@pytest.mark.parametrize(
    ("sentence", "table"),
    [
        ("No one came.", "dismissed"),
        ("The only one came.", "dismissed"),
        ("They saw one another.", "dismissed"),
        ("They left one by one.", "dismissed"),
        ("He told each other.", "dismissed"),
        ("Each fighter left.", "claims"),
        ("The number grew.", "dismissed"),
        ("A number of men left.", "claims"),
        ("A large number of men left.", "claims"),
        ("Phone numbers were found.", "dismissed"),
        ("The couple left.", "dismissed"),
        ("A couple of men left.", "claims"),
        ("He was the most wanted.", "dismissed"),
        ("For the most part of it they left.", "claims"),
        ("Most of them left.", "claims"),
        ("He went back once.", "dismissed"),
        ("He went back twice.", "dismissed"),
        ("The fourth man left.", "dismissed"),
        ("The first man left.", "dismissed"),
        ("The third man left.", "dismissed"),
        ("The third largest of all", "claims"),
        ("The third of them left.", "claims"),
        ("It was in 2015.", "dismissed"),
        ("It was on 12.05.2017.", "events"),
        ("They left on 2014-12-05.", "events"),
        ("It was on 12/05/2017.", "events"),
        ("It was on May 12, 2017.", "events"),
        ("It was on the 3rd of May.", "events"),
        ("More than 2000 fighters left.", "claims"),
    ],
)
def test_numbers_that_count_nothing_are_dismissed(sentence: str, table: str) -> None:
    assert suggestions(Text(sentence))[0].table == table


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("İİİ saw about 70, then left.", "İİİ saw about 70"),
        ("He came from far between 40 and 60 times and then he had to go home.", "between 40 and 60 times and then he"),
        ("There were 500 fighters, at most.", "There were 500 fighters, at most"),
        ("It lay, he told Raseef22, there.", "he told Raseef22"),
    ],
)
def test_the_phrase_holds_the_number_with_its_hedge(text: str, phrase: str) -> None:
    content = Text(text)
    assert [content.quote(guess.span) for guess in suggestions(content)] == [phrase]


def test_a_number_of_more_words_than_a_phrase_may_hold_is_listed_in_parts() -> None:
    content = Text("one hundred and twenty three thousand four hundred and five men left")
    assert [content.quote(guess.span) for guess in suggestions(content)] == [
        "one hundred and twenty three thousand four hundred",
        "and five men left",
    ]


def test_terms_that_are_suggested_exist(checked: Checked) -> None:
    _, vocabulary = checked
    assert {name for _, _, name in _MEASURES} <= vocabulary["measure"]
    assert {name for name, _ in _UNITS} <= vocabulary["unit"]
    assert {name for _, name in (*hedges.BEFORE, *hedges.AFTER)} <= vocabulary["hedge"]


def test_the_worklist_would_have_led_the_coders(checked: Checked, texts: list[Path]) -> None:
    """Of what was coded by hand in the five articles: how much is listed, and how much of it is guessed right."""
    frames, _ = checked
    contents = [path.read_bytes() for folder in texts for path in folder.glob("*.txt")]
    by_hash = {sha256(content).hexdigest(): Text(content.decode()) for content in contents}
    agree: Counter[str] = Counter()
    given: Counter[str] = Counter()
    listed = total = 0
    for source in frames["sources"].to_dict("records"):
        rows = suggestions(by_hash[source["text_sha256"]])
        claims = frames["claims"]
        for claim in claims[claims["source_id"] == source["source_id"]].to_dict("records"):
            start, end = int(claim["char_start"]), int(claim["char_end"])
            if not by_hash[source["text_sha256"]].number_like(Span(start, end)):
                continue  # a claim without a number or a quantity word
            total += 1
            inside = [guess for guess in rows if guess.span.start < end and start < guess.span.end]
            listed += bool(inside)
            guess = next((one for one in inside if one.table == "claims"), None)
            for name in ("hedge", "value", "unit", "measure") if guess else ():
                given[name] += bool(getattr(guess, name))
                agree[name] += getattr(guess, name) == claim[name]
    assert listed / total > 0.9
    assert all(agree[name] / listed > 0.85 for name in ("hedge", "value", "unit"))
    assert agree["measure"] / given["measure"] > 0.6


def test_a_run_over_an_unchanged_text_writes_nothing(raw: Path, texts: list[Path]) -> None:
    before = contents(raw / SOURCE)
    done = intake(text_of(texts), SOURCE, raw=raw)
    assert contents(raw / SOURCE) == before and set(done.rows) == {"found"} and not done.todo


def test_a_changed_text_is_followed_and_back_again_byte_for_byte(raw: Path, texts: list[Path], tmp_path: Path) -> None:
    before = contents(raw / SOURCE)
    original = text_of(texts).read_text(encoding="utf-8")
    changed = tmp_path / "changed.txt"
    middle = original.index(". ", 4000) + 2
    changed.write_text(
        f"Menu | 5 items\n{original[:middle]}We saw 3 cars. {original[middle:].replace('600', '700')}", encoding="utf-8"
    )
    done = intake(changed, SOURCE, raw=raw)
    assert done.rows["moved"] > 200 and done.rows["missing"] >= 1
    for name, data in contents(raw / SOURCE).items():
        if name in before and name.endswith(".csv"):
            table = next(one for one in schema.BY_SOURCE if f"{one.name}.csv" == name)
            first = table.raw_columns.index("char_start")
            for old, new in zip(
                csv.reader(before[name].decode().splitlines()), csv.reader(data.decode().splitlines()), strict=True
            ):
                assert [*old[:first], *old[first + 2 :]] == [*new[:first], *new[first + 2 :]]
    lost = [row for row in worklist(raw / SOURCE) if row["status"] != "todo"]
    faults = [fault for fault in verify(raw, [tmp_path]).faults if SOURCE in fault]
    assert sum(f"{row['row_id']}: {row['status']}" in fault for row in lost for fault in faults) == len(lost) > 0
    assert {row["phrase"] for row in worklist(raw / SOURCE)} >= {"5 items", "We saw 3 cars"}
    intake(text_of(texts), SOURCE, raw=raw)
    assert contents(raw / SOURCE) == before


def test_rows_stay_apart_where_a_sentence_is_printed_twice(raw: Path, tmp_path: Path) -> None:
    twice = "Two of two left. Hence a gap. Two of two left. "
    path = tmp_path / "text.txt"
    path.write_text(twice)
    intake(path, ID, raw=raw)
    rows = [row | {"reason": "other_subject", "note": ""} for row in worklist(raw / ID)]
    columns = schema.TABLES["dismissed"].raw_columns
    with (raw / ID / "dismissed.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        file.write(",".join(columns) + "\r\n")
        for number, row in enumerate(rows):
            writer.writerow(row | {"dismissed_id": f"{ID}.d{number}"})
    assert not intake(path, ID, raw=raw).todo
    before = (raw / ID / "dismissed.csv").read_bytes()
    path.write_text("A menu. " + twice)
    done = intake(path, ID, raw=raw)
    after = (raw / ID / "dismissed.csv").read_bytes()
    assert set(done.rows) == {"moved"} and not done.todo
    starts = [[int(start) for start in re.findall(rb'd\d+","(\d+)"', data)] for data in (before, after)]
    assert starts[1] == [start + len("A menu. ") for start in starts[0]]


def test_what_was_done_is_said_and_the_worklist_is_whole(raw: Path, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("Two of them left.")
    assert str(intake(path, ID, raw=raw)) == f"{ID}: a new source; 1 to do in {ID}/todo.csv; fill in {ID}/source.toml"
    (row,) = worklist(raw / ID)
    text = Text(path.read_text())
    span = Span(0, len("Two of them left"))
    asked = {"row_id": f"{ID}.c01", "char_start": "0", "char_end": str(span.end), "phrase": "Two of them left"}
    guess = {"table": "claims", "measure": "departed", "hedge": "exact", "value": "2", "unit": "persons"}
    assert {name: cell for name, cell in row.items() if cell} == {
        "status": "todo",
        "sentence_sha256": text.sentence_hash(span),
        **asked,
        **guess,
    }
    table = schema.TABLES["dismissed"]
    coded = row | {"dismissed_id": f"{ID}.d01", "reason": "other_subject", "note": ""}
    header = ",".join(table.raw_columns)
    cells = ",".join(coded[name] for name in table.raw_columns)
    (raw / ID / "dismissed.csv").write_text(f"{header}\n{cells}\n")
    done = str(intake(path, ID, raw=raw))
    assert done == f"{ID}: coded rows: 1 found, 0 moved, 0 changed, 0 missing; nothing left to do"
    path.write_text("Of them all went away.")
    done = str(intake(path, ID, raw=raw))
    assert done == f"{ID}: coded rows: 0 found, 0 moved, 0 changed, 1 missing; 2 to do in {ID}/todo.csv"
    lost, _ = worklist(raw / ID)
    assert {name: cell for name, cell in lost.items() if cell} == {
        "status": "missing",
        "table": "dismissed",
        "row_id": f"{ID}.d01",
        "phrase": "Two of them left",
        "sentence_sha256": text.sentence_hash(span),
    }


def test_what_was_filled_in_stays_while_the_sentence_is_unchanged(raw: Path, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("Dozens of them left. Many came back.")
    intake(path, ID, raw=raw)
    file = raw / ID / "todo.csv"
    file.write_text(file.read_text().replace("departed", "departed_part"))
    path.write_text("New. Dozens of them left. Most came back.")
    intake(path, ID, raw=raw)
    assert [(row["phrase"], row["measure"], row["hedge"]) for row in worklist(raw / ID)] == [
        ("Dozens of them left", "departed_part", "vague"),
        ("Most came back", "returned", "more_than"),
    ]


def test_a_run_that_was_cut_short_is_finished_by_the_next(
    raw: Path, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = raw.parent / "whole"
    shutil.copytree(raw, whole)
    intake(text, ID, raw=whole)
    for steps in range(len(contents(whole / ID))):
        with monkeypatch.context() as patch:
            left = iter(range(steps))
            write = files.write

            def cut_short(path: Path, content: str | bytes, left=left, write=write) -> None:  # type: ignore[no-untyped-def]
                if next(left, None) is None:
                    raise KeyboardInterrupt
                write(path, content)

            patch.setattr(files, "write", cut_short)
            with pytest.raises(KeyboardInterrupt):
                intake(text, ID, raw=raw)
        assert not (raw / ID / "source.toml").exists()
        intake(text, ID, raw=raw)
        assert contents(raw / ID) == contents(whole / ID)
        shutil.rmtree(raw / ID)


NO_NAMES = ["..", "../x", "/tmp/x", "a/b", "a b", "", "A", "wider", "texts", "x\n", "é", "x" * 300 + "/", "\x1b[31m"]


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_that_is_none_is_refused(raw: Path, text: Path, name: str) -> None:
    before = sorted(raw.parent.rglob("*"))
    with pytest.raises(EvidenceError, match="--id"):
        intake(text, name, raw=raw)
    assert sorted(raw.parent.rglob("*")) == before


def test_a_folder_that_is_a_link_is_refused(raw: Path, text: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (raw / ID).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EvidenceError, match="a link or a file"):
        intake(text, ID, raw=raw)
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"caf\xe9", "the byte 0xe9 at offset 3.*Save the text as UTF-8"), (b" \n", "no text"), (None, "no such file")],
)
def test_a_text_that_is_none_is_refused(raw: Path, tmp_path: Path, content: bytes | None, expected: str) -> None:
    path = tmp_path / "text.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EvidenceError, match=expected):
        intake(path, ID, raw=raw)
    with pytest.raises(EvidenceError, match="a file that can be read"):
        intake(tmp_path, ID, raw=raw)
    assert not (raw / ID).exists()


def test_all_wrong_arguments_are_reported_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["intake", "no such text", "--id", "../x", "--url", "ftp://x"]) == 1
    printed = capsys.readouterr().err
    assert all(word in printed for word in ("--id", "--url", "no such text"))


def test_a_form_without_its_fingerprint_is_named(raw: Path, text: Path) -> None:
    intake(text, ID, raw=raw)
    (raw / ID / "source.toml").write_text('title = "a"\n')
    with pytest.raises(EvidenceError, match=f"{ID}/source.toml.*no such line.*text_sha256"):
        intake(text, ID, raw=raw)


def test_faulty_tables_are_left_as_they_are(raw: Path, text: Path) -> None:
    intake(text, ID, raw=raw)
    (raw / ID / "claims.csv").write_text("claim_id;phrase\n")
    (raw / ID / "cases.csv").unlink()
    before = contents(raw / ID)
    text.write_text("Three more.")
    with pytest.raises(EvidenceError, match=f"{ID}/claims.csv, row 1"):
        intake(text, ID, raw=raw)
    assert contents(raw / ID) == before


def test_the_worklist_begins_as_the_tables_do() -> None:
    claims = schema.TABLES["claims"]
    first = schema.TODO.raw_columns.index("row_id") + 1
    assert schema.TODO.raw_columns[first : first + 8] == claims.raw_columns[1:9]


@pytest.mark.parametrize(
    "content",
    ["<html><body>At least 300 left.</body></html>", "<p class='x'>300 left</p>", "300 left.<br>Then 20 came.",
     "p{margin:0 12px 5px} At least 300 left.", "<article>300 left</article>", "<time datetime='2016'>", "<em>300</em> left",
     "&lt;b&gt;300&lt;/b&gt; left", '{"articleBody": "300 left"}', 'gtag("js", 300)', "window.x = window.x || 300", "{\\rtf1 300 left}",
     "At least 1=C2=A0600 left.", "a:hover{color:#333}", "[1, 2].map(x => 3)", "<!-- 300 --> left", "var n = 300; At least 300 left.", "<!DOCTYPE html>\n300 left."],
)  # fmt: skip
def test_a_saved_page_is_refused(raw: Path, tmp_path: Path, content: str) -> None:
    path = tmp_path / "page.txt"
    path.write_text(content)
    with pytest.raises(EvidenceError, match=r"a saved page.*Open the page in a browser, copy the article"):
        intake(path, ID, raw=raw)
    assert not (raw / ID).exists()


def test_signs_of_less_and_more_and_braces_are_no_page(raw: Path, tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text(
        "Some <20 or >30 left {sic}; a<b and b>a: the [p] mark is no tag, <sic> (n = 300); let us say that a function (of"
        " 2016) grew, <a@b.c> wrote. The number {see 12} is AT&T's."
    )
    assert intake(path, ID, raw=raw).todo == 7


@pytest.mark.parametrize(
    ("words", "hedge"),
    [("at least\n1,600 Moroccans", "at_least"), ("1,600\nor more Moroccans", "at_least"), ("pushing\n1,600 Moroccans", ""),
     ("only\n1,600 Moroccans", "exact"), ("who were\n1,600 Moroccans", "exact"), ("1,\n600 Moroccans", "")],
)  # fmt: skip
def test_a_hedge_may_stand_on_the_line_before_or_after(words: str, hedge: str) -> None:
    opening, closing = (
        "The officials of the ministry wrote last week that ",
        " had left the country for Syria by that spring.",
    )
    assert suggestions(Text(opening + words + closing))[-1].hedge == hedge


def test_a_heading_and_the_end_of_a_paragraph_are_no_part_of_a_hedge() -> None:
    for before in ("More than\n", "The officials of the ministry wrote about last week's meeting at least\n\n"):
        assert suggestions(Text(before + "1,600 Moroccans left."))[-1].hedge == "exact"


@pytest.mark.parametrize(
    ("sentence", "cells"),
    [
        ("Two and a half thousand Moroccans left.", ("exact", "2500", "")),
        ("Some 10k Moroccans left.", ("about", "10000", "")),
        ("Half a dozen Moroccans left.", ("exact", "6", "")),
        ("Some 12 000 Moroccans left.", ("about", "12000", "")),
        ("Two to three thousand Moroccans left.", ("range", "2000", "3000")),
        ("Zero Moroccans left.", ("exact", "0", "")),
        ("Moroccans in their twenties left.", ("range", "20", "29")),
        ("Possibly as many as 300 Moroccans left.", ("at_most", "300", "")),
        ("Perhaps 300 Moroccans left.", ("", "300", "")),
        ("An average of 300 Moroccans left.", ("", "300", "")),
        ("The number of Moroccans who left rose from 300 to 500.", ("", "", "")),
        ("It rose by 20 to 320.", ("", "", "")),
        ("The number doubled.", ("", "", "")),
        ("It was 50 \ufffd of the Moroccans who left.", ("", "50", "")),
        ("Forty percent of the Moroccans left.", ("exact", "0.4", "")),
        ("At least one in five Moroccans left.", ("at_least", "0.2", "")),
        ("Forty-odd percent of the Moroccans left.", ("about", "0.4", "")),
        ("5-6,000 Moroccans left.", ("range", "5000", "6000")),
        ("In the town ca. 300 Moroccans left.", ("about", "300", "")),
        ("In the town est. 300 Moroccans left.", ("", "300", "")),
        ("There were 30, 40 Moroccans who left.", ("", "40", "")),
        ("A hundred or two Moroccans left.", ("", "", "")),
        ("1,6OO Moroccans left.", ("", "1.6", "")),
        ("At least 200 to 300 Moroccans left.", ("", "200", "300")),
        ("Not between 200 and 300 Moroccans left.", ("", "200", "300")),
        ("The over-40s Moroccans left.", ("", "40", "49")),
        ("A fifth attack failed.", ("", "0.2", "")),
        ("The 9/11 attacks", ("", "9/11", "")),
        ("After all", ("", "1", "")),
    ],
)
def test_parts_scales_and_unknown_hedges(sentence: str, cells: tuple[str, ...]) -> None:
    guess = suggestions(Text(sentence))[-1]
    assert guess.table == "claims" and (guess.hedge, guess.value, guess.value_to) == cells


@pytest.mark.parametrize("sentence", ["Under Article 218 they were jailed.", "Above 1,500 metres they trained.", "It cost $300.",
                                      "The eleventh attack failed.", "The hundred and fifth man left.",
                                      "See note [12].", "The 21st man left.", "The score grew.", "The decade ended."])  # fmt: skip
def test_names_orders_distances_and_prices_are_no_claims(sentence: str) -> None:
    assert {guess.table for guess in suggestions(Text(sentence))} == {"dismissed"}
