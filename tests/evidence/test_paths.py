"""Files are written whole or not at all, and the texts lie where they are said to."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.evidence import files, paths


def test_a_file_is_written_with_its_folders_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "one" / "two" / "table.csv"
    files.write(path, "é\n")
    assert path.read_bytes() == "é\n".encode() and [*path.parent.iterdir()] == [path]
    files.write(path, b"\xff")
    assert path.read_bytes() == b"\xff" and [*path.parent.iterdir()] == [path]


def test_a_file_that_holds_it_already_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    files.write(path, "a")
    before = path.stat()
    files.write(path, "a")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "table.csv").mkdir()
    with pytest.raises(IsADirectoryError) as caught:
        files.write(tmp_path / "table.csv", "a")
    assert caught.value.filename == str(tmp_path / "table.csv")
    assert (caught.value.errno, caught.value.strerror) == (errno.EISDIR, os.strerror(errno.EISDIR))
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_the_texts_lie_where_the_environment_says_or_in_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTICLE_TEXTS", str(tmp_path))
    monkeypatch.setattr(paths, "RAW", tmp_path / "raw")
    assert paths.texts() == [tmp_path]
    (tmp_path / "raw" / "texts").mkdir(parents=True)
    assert paths.texts() == [tmp_path, tmp_path / "raw" / "texts"]
    monkeypatch.delenv("ARTICLE_TEXTS")
    assert paths.texts() == [tmp_path / "raw" / "texts"]


def test_a_folder_is_made_beside_its_place_and_changed_for_what_is_there(tmp_path: Path) -> None:
    target = tmp_path / "report"
    for content in ("one", "two"):
        with files.temp_dir(tmp_path) as folder:
            assert Path(folder).parent == tmp_path and Path(folder).name.startswith(".")
            assert folder.endswith(f".{os.getpid()}.tmp")
            new = Path(folder) / "report"
            new.mkdir()
            (new / "page").write_text(content)
            files.swap(new, target)
            assert (target / "page").read_text() == content
            assert [left.name for left in Path(folder).iterdir()] == (["report.old"] if content == "two" else [])
        assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_what_killed_commands_left_goes_and_what_runs_keeps_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("CURATED", "NOTEBOOKS", "FIGURES", "BUILD")
    for name in names:
        monkeypatch.setattr(paths, name, tmp_path / name.lower())
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    kept = []
    for folder in (*(tmp_path / name.lower() for name in names), tmp_path / "build" / "sweep"):
        folder.mkdir(exist_ok=True)
        (folder / f".table.{ended.pid}.tmp").touch()
        (folder / f".folder.{ended.pid}.tmp").mkdir()
        kept += [folder / f".table.{os.getpid()}.tmp", folder / ".another.tmp", folder / f"table.{ended.pid}.tmp"]
        for path in kept[-3:]:
            path.touch()
    files.clear_temp_dirs()
    assert {path for path in tmp_path.rglob("*") if not path.is_dir()} == set(kept)
    assert not list(tmp_path.rglob(".folder*"))
