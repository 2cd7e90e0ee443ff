"""The locators against the texts."""

import re
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from analysis.cli import main
from analysis.evidence.intake.verify import Verification, _misquoted, _where, available, locate, verify
from analysis.evidence.intake.worklist import intake
from analysis.evidence.schema import Vocabulary
from analysis.evidence.tables import Frames
from analysis.evidence.text import Span, Text

from ..conftest import spoil
from ..test_curate import SOURCE


@pytest.fixture(scope="module")
def whole(texts: list[Path]) -> Verification:
    return verify(folders=texts)


@pytest.fixture
def read_once(checked: tuple[Frames, Vocabulary], monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test that spoils none of the tables: they are not read and checked once more."""
    monkeypatch.setattr("analysis.evidence.intake.verify.read", lambda raw: checked)


def test_every_locator_is_found_and_nothing_is_overlooked(whole: Verification) -> None:
    result = whole
    assert not result.faults and not result.missing_texts
    assert set(result.statuses) == {"found"} and result.statuses["found"] > 800


def test_one_changed_digit_is_caught_even_without_the_texts(raw: Path) -> None:
    spoil(raw / SOURCE / "claims.csv", 4, "value", "198")
    faults = verify(raw, []).faults
    assert faults == [f"{SOURCE}/claims.csv, row 4, column value: 198 is not printed in 'has registered 199 fighters'"]


def test_a_dropped_dismissal_is_an_overlooked_number(raw: Path, texts: list[Path]) -> None:
    path = raw / SOURCE / "dismissed.csv"
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    assert any("neither coded nor dismissed" in fault for fault in verify(raw, texts).faults)


def test_of_a_source_without_a_coded_row_every_number_is_overlooked(raw: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Two of them left. Then 40 more.")
    intake(text, "lantern-2016-05", "https://example.org/", raw)
    form = raw / "lantern-2016-05" / "source.toml"
    described = {"publisher": "The Lantern", "published": "2016-05", "date_basis": "stated by the publisher"}
    for key, value in described.items():
        form.write_text(re.sub(rf'(?m)^{key} = ""', f'{key} = "{value}"', form.read_text(encoding="utf-8")))
    result = verify(raw, [tmp_path])
    assert result.sources == {"lantern-2016-05": Counter(uncoded=2)}
    assert [fault for fault in result.faults if fault.startswith("lantern-2016-05: ")] == result.faults


def test_a_changed_capture_is_followed(read_once: None, texts: list[Path], tmp_path: Path) -> None:
    original = next(path for path in texts[0].glob("004_*.txt")).read_text(encoding="utf-8")
    (tmp_path / "capture.txt").write_text("Another menu\n" + original.replace(" 71 ISIS", " 72 ISIS"), encoding="utf-8")
    result = verify(folders=[tmp_path])
    assert result.statuses["moved"] > 30 and result.statuses["missing"] >= 1 and len(result.captured) == 1
    assert any("arrested 71 ISIS returnees" in fault for fault in result.faults)


def test_each_row_that_is_not_found_is_named_with_its_status_and_place(
    raw: Path, texts: list[Path], tmp_path: Path
) -> None:
    original = next(path for path in texts[0].glob("000_*.txt")).read_text(encoding="utf-8")
    text = tmp_path / "text.txt"
    text.write_text("Menu.\n" + original.replace("has registered 199", "has counted 199"), encoding="utf-8")
    form = raw / SOURCE / "source.toml"
    form.write_text(
        re.sub(r'(?m)^text_sha256 = ".*"', f'text_sha256 = "{sha256(text.read_bytes()).hexdigest()}"', form.read_text())
    )
    result = verify(raw, [tmp_path])
    counts = result.sources[SOURCE]
    assert list(result.sources) == [SOURCE] and set(counts) == {"moved", "changed", "missing", "uncoded"}
    assert sum(f": {status}: " in fault for status in counts for fault in result.faults) == result.statuses.total()
    assert (
        f"{SOURCE}/claims.csv, row 4, {SOURCE}.c03: missing: 'has registered 199 fighters' is not in the text"
        in result.faults
    )
    assert (
        f"{SOURCE}/claims.csv, row 2, {SOURCE}.c01: moved: '500 fighters, at most' is at 287-308, not at 281-302"
        in (result.faults)
    )
    assert any(fault.startswith(f"{SOURCE}: '199' at ") and "has counted 199" in fault for fault in result.faults)


def test_a_row_whose_sentence_changed_hides_no_number(raw: Path, tmp_path: Path) -> None:
    """An old place that now has other words covers no number."""
    row = {"char_start": "0", "char_end": "4", "phrase": "five", "sentence_sha256": "0" * 64}
    status, places = locate(Text("4444 men left, then five women."), row)
    assert (status, places) == ("changed", [Span(20, 24)])
    assert locate(Text("4444 men left."), row) == ("missing", [])


def test_the_first_places_are_listed_and_the_others_counted() -> None:
    row, places = {"char_start": "0", "char_end": "1"}, [Span(n, n + 1) for n in range(2, 7)]
    assert _where("moved", places[:2], row) == "is at 2-3, 3-4, not at 0-1"
    for count, more in ((3, ""), (4, " and 1 more place")):
        assert _where("moved", places[:count], row) == f"is at 2-3, 3-4, 4-5{more}, not at 0-1"
    assert _where("missing", [], row) == "is not in the text"
    assert _where("changed", places, row) == "is at 2-3, 3-4, 4-5 and 2 more places, but in no sentence of that hash"


def test_a_file_that_is_no_text_is_passed_over(
    read_once: None, whole: Verification, texts: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "0.txt").write_bytes(b"caf\xe9")
    assert verify(folders=[tmp_path, texts[0]]).statuses == whole.statuses


def test_the_exit_code_is_for_machines(
    read_once: None, checked: tuple[Frames, Vocabulary], texts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["verify", "--texts", str(texts[0])]) == 0
    frames, vocabulary = checked
    frames = frames | {"dismissed": frames["dismissed"].iloc[:-1]}
    monkeypatch.setattr("analysis.evidence.intake.verify.read", lambda raw: (frames, vocabulary))
    assert main(["verify", "--texts", str(texts[0])]) == 1


def test_without_texts_the_command_says_so(read_once: None, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert main(["verify", "--texts", str(tmp_path)]) == 0
    assert "not checked, no text found" in (printed := capsys.readouterr().err) and "ARTICLE_TEXTS" in printed


def test_texts_are_found_in_subfolders_and_with_capital_endings(
    read_once: None, texts: list[Path], tmp_path: Path
) -> None:
    for place, path in enumerate(sorted(texts[0].glob("*.txt"))):
        target = tmp_path / str(place) / path.with_suffix(".TXT").name
        target.parent.mkdir()
        target.write_bytes(path.read_bytes())
    result = verify(folders=[tmp_path])
    assert not result.missing_texts and not result.faults and not result.notes


@pytest.mark.parametrize(
    ("name", "content", "note"),
    [
        (
            "a.txt",
            "Café".encode("latin-1"),
            r"a\.txt: not UTF-8 \(byte 0xe9 at offset 3\), so it was not read. Save it as UTF-8\.",
        ),
        ("a.txt", "two".encode("utf-16"), r"a\.txt: not UTF-8 \(byte 0xff at offset 0\)"),
        ("a.docx", b"PK", r"no \.txt file among its 1 files\."),
        (None, b"", r"missing: no such folder\."),
    ],
)
def test_why_a_text_was_not_used_is_one_sentence(tmp_path: Path, name: str | None, content: bytes, note: str) -> None:
    folder = tmp_path / ("texts" if name else "missing")
    if name:
        folder.mkdir()
        (folder / name).write_bytes(content)
    (found,) = available([folder])[1]
    assert re.search(note, found)


CODED = [
    ("two and a half thousand", "2500", "1000"),
    ("a third of them", "1/3", "0.33"),
    ("forty percent", "0.4", "40"),
]


@pytest.mark.parametrize(("phrase", "right", "wrong"), [*CODED, ("1/3 of them", "1/3", "1"), ("5½ years", "5.5", "5")])
def test_a_right_coding_is_accepted_and_a_wrong_one_refused(phrase: str, right: str, wrong: str) -> None:
    row = {"file": "claims.csv", "phrase": phrase, "measure": "killed", "value_to": ""}
    claims = pd.DataFrame([row | {"row": 2, "value": right}, row | {"row": 3, "value": wrong}])
    assert list(_misquoted(claims)) == [f"claims.csv, row 3, column value: {wrong} is not printed in {phrase!r}"]
