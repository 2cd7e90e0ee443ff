"""Is a locked package known to be vulnerable? ``make audit``: pip-audit over the lock.

Without the network nothing is known, and the command says so and passes: a report must not hang on it.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements.txt"


def summary(report: str) -> tuple[str, int]:
    """What pip-audit's JSON says, in words, and the exit code: 1 where something is known."""
    packages = json.loads(report)["dependencies"] if report.strip() else []
    known = [
        f"{package['name']} {package['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    looked_up = sum("vulns" in package for package in packages)
    count = f"{looked_up} of {len(packages)} locked packages looked up, {len(known)} vulnerabilities known"
    if not looked_up:
        return "not audited: the database of vulnerabilities could not be reached", 0
    return "\n".join([*known, count]), 1 if known else 0


def main() -> int:
    """Ask, and print what is known."""
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--timeout", "10"]
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), *options]
    words, code = summary(subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout)
    print(words)
    return code


if __name__ == "__main__":
    sys.exit(main())
