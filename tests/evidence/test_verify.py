"""The locators against the texts."""

from pathlib import Path

from analysis.cli import main
from analysis.evidence.verify import verify

from .test_curate import SOURCE, spoil


def test_every_locator_is_found_and_nothing_is_overlooked(texts: list[Path]) -> None:
    result = verify(folders=texts)
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


def test_a_changed_capture_is_followed(raw: Path, texts: list[Path], tmp_path: Path) -> None:
    original = next(path for path in texts[0].glob("004_*.txt")).read_text(encoding="utf-8")
    (tmp_path / "capture.txt").write_text("Another menu\n" + original.replace(" 71 ISIS", " 72 ISIS"), encoding="utf-8")
    result = verify(raw, [tmp_path])
    assert result.statuses["moved"] > 30 and result.statuses["missing"] >= 1
    assert any("arrested 71 ISIS returnees" in fault for fault in result.faults)


def test_without_texts_the_command_says_so(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert main(["verify", "--texts", str(tmp_path)]) == 2
    assert "ARTICLE_TEXTS" in capsys.readouterr().err
