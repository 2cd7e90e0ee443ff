"""Does one commit give the same bytes on every machine? ``make reproduce``.

Two clean clones, of different names and depths, in environments that differ in all that should not matter: time zone,
locale, hash seed, umask, home folder, number of processors and, where there is a C compiler, clock. Each runs data, report
and sweep. Then all outputs are compared byte for byte; diffoscope, where it is installed, explains the differences.
"""

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
OUTPUTS = ("data/curated", "notebooks", "figures", "build/report", "build/sweep", "build/notebooks")
DAYS = 400
WORLDS = (
    ("one", "022", {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}),
    (
        "a wörld/further down/two",
        "077",
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "4242", "LANGUAGE": "ar"},
    ),
)


def build(root: Path, umask: str, variables: dict[str, str], prefix: list[str]) -> None:
    """Clone the commit that is checked out into ``root`` and make everything there; ``prefix`` goes before each command."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(root)], check=True)
    home = root.parent / "home"
    home.mkdir()
    kept = ("PATH", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "PIP_CACHE_DIR", "SSL_CERT_FILE", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in kept if name in os.environ} | {"HOME": str(home)}

    def run(*command: str) -> None:
        umasked = ["sh", "-c", f'umask {umask}; exec "$@"', "sh", *command]
        subprocess.run(umasked, cwd=root, env=environment | variables, check=True)

    run("make", "--silent", "setup", f"PYTHON={sys.executable}")  # with the real clock: certificates have dates
    run(*prefix, "sh", "-c", 'echo "  $(nproc) processors, the clock shows $(date +%F)"')
    run(*prefix, "make", "data", "report", "sweep")


def elsewhere(folder: Path) -> list[str]:
    """The prefix that gives a command one processor and a clock ``DAYS`` ahead, as far as this machine can do that."""
    prefix = ["taskset", "--cpu-list", "0"] if shutil.which("taskset") else []
    if shutil.which("cc"):
        library, source = folder / "clock.so", ROOT / "tests" / "clock.c"
        subprocess.run(["cc", "-shared", "-fPIC", f"-DDAYS={DAYS}", "-o", str(library), str(source)], check=True)
        prefix += ["env", f"LD_PRELOAD={library}"]
    return prefix


def compared(one: Path, two: Path) -> tuple[int, list[str]]:
    """The number of files that were compared, and those that differ or are missing on one side."""
    files = [path for root in (one, two) for folder in OUTPUTS for path in (root / folder).rglob("*") if path.is_file()]
    names = sorted({path.relative_to(one if path.is_relative_to(one) else two).as_posix() for path in files})
    _, wrong, missing = filecmp.cmpfiles(one, two, names, shallow=False)
    return len(names), sorted([*wrong, *missing])


def main() -> int:
    """Build both and compare; returns 0 if every byte is the same."""
    with TemporaryDirectory() as folder:
        roots = []
        for place, (name, umask, variables) in enumerate(WORLDS):
            roots.append(Path(folder) / str(place) / name)
            roots[-1].parent.mkdir(parents=True)
            print(
                f"{name}: umask {umask}, {', '.join(f'{key}={value}' for key, value in variables.items())}", flush=True
            )
            build(roots[-1], umask, variables, elsewhere(Path(folder)) if place else [])
        count, wrong = compared(*roots)
        for name in wrong:
            print(f"differs: {name}")
            pair = [str(root / name) for root in roots]
            if shutil.which("diffoscope") and all(Path(path).is_file() for path in pair):
                subprocess.run(["diffoscope", "--max-report-size", "4000", *pair], check=False)
        print(f"{count} files compared, {len(wrong)} differ")
        if wrong and not shutil.which("diffoscope"):
            print("Debian's diffoscope-minimal would explain them.")
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
