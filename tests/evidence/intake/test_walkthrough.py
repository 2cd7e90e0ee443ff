"""The guide docs/adding-a-source.md works: its files are written, its commands run, its outputs compared."""

import os
import re
import subprocess
import sys
from pathlib import Path

from analysis.evidence import paths

PAGE = paths.ROOT / "docs" / "adding-a-source.md"
STEP = re.compile(r"(?:^`(?P<file>[^`\n]+)`:\n\n)?^```(?P<kind>\w+)\n(?P<content>.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_guide_works_step_by_step(project: Path) -> None:
    (project / ".venv").symlink_to(sys.prefix)
    environment = os.environ | {"PYTHONPATH": str(project / "src"), "ARTICLE_TEXTS": ""}
    printed, steps = "", 0
    for step in STEP.finditer(PAGE.read_text(encoding="utf-8")):
        content = step["content"]
        steps += 1
        if step["file"]:
            path = project / step["file"]
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
        elif step["kind"] == "prints":
            for line in content.replace("\n...\n", "\n").splitlines():
                assert line in printed.splitlines(), f"{line}\nis not printed, but\n{printed}"
        else:
            result = subprocess.run(
                ["sh", "-c", content], cwd=project, env=environment, capture_output=True, text=True, check=False
            )
            printed = result.stdout + result.stderr
            assert result.returncode == 0, printed
    assert steps == PAGE.read_text(encoding="utf-8").count("\n```") / 2 > 10
