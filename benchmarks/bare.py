"""The same notebooks in this process: by papermill's API, or their cells with no kernel at all.

``python -m benchmarks.bare api|floor GROUP``, in the copy of the project that :mod:`benchmarks.execution` makes.
"""

import ast
import json
import sys
import time
from pathlib import Path
from typing import Any

Task = tuple[str, dict[str, Any], str]
"""A notebook, its parameters, and the file for its output."""


def api(work: list[Task]) -> None:
    """Papermill's API, one notebook after the other."""
    import papermill

    for name, parameters, output in work:
        papermill.execute_notebook(f"notebooks/{name}.ipynb", output, parameters=parameters)


def floor(work: list[Task], own: Path) -> None:
    """The cells in this process, results formatted as a notebook shows them; to ``own`` what they take after imports."""
    from IPython.core.interactiveshell import InteractiveShell

    cells = {}
    for name in {name for name, _, _ in work}:
        document = json.loads(Path(f"notebooks/{name}.ipynb").read_text(encoding="utf-8"))
        code = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
        cells[name] = [("".join(cell["source"]), cell["metadata"].get("tags", [])) for cell in code]
    lines = [line for each in cells.values() for source, _ in each for line in ast.parse(source).body]
    imports: list[ast.stmt] = [line for line in lines if isinstance(line, (ast.Import, ast.ImportFrom))]
    exec(compile(ast.Module(imports, []), "imports", "exec"), {})
    shell = InteractiveShell.instance()
    spent = []
    for name, parameters, _ in work:
        began = time.perf_counter()
        shell.reset()
        for source, tags in cells[name]:
            shell.run_cell(source).raise_error()
            if "parameters" in tags:
                shell.push(parameters)
        spent.append(time.perf_counter() - began)
    with own.open("a") as file:
        print(json.dumps(spent), file=file)


if __name__ == "__main__":
    way, group = sys.argv[1:]
    listed = json.loads(Path(f"{group}.json").read_text())
    api(listed) if way == "api" else floor(listed, Path(f"{group}.own"))
