"""Files are written whole or not at all, and the texts lie where they are said to."""

from pathlib import Path

import pytest

from analysis.evidence import paths


def test_a_file_is_written_with_its_folders_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "one" / "two" / "table.csv"
    paths.write(path, "é\n")
    assert path.read_bytes() == "é\n".encode() and [*path.parent.iterdir()] == [path]
    paths.write(path, b"\xff")
    assert path.read_bytes() == b"\xff" and [*path.parent.iterdir()] == [path]


def test_a_file_that_holds_it_already_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    paths.write(path, "a")
    before = path.stat()
    paths.write(path, "a")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "table.csv").mkdir()
    with pytest.raises(IsADirectoryError) as caught:
        paths.write(tmp_path / "table.csv", "a")
    assert caught.value.filename == str(tmp_path / "table.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_the_texts_lie_where_the_environment_says_or_in_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTICLE_TEXTS", str(tmp_path))
    assert paths.texts() == [tmp_path]
    monkeypatch.delenv("ARTICLE_TEXTS")
    assert paths.texts() == [paths.ROOT / "data" / "raw" / "texts"]
