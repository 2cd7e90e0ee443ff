"""Every verb and option of the command line has help, and README or the guides show it."""

import argparse

import pytest

from analysis.cli import parser
from analysis.evidence import paths

VERBS = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))


def guides() -> str:
    files = [paths.ROOT / "README.md", paths.ROOT / "CONTRIBUTING.md", *(paths.ROOT / "docs").glob("*.md")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("verb", VERBS.choices)
def test_a_verb_is_documented(verb: str) -> None:
    listed = {action.dest: action.help for action in VERBS._choices_actions}
    assert listed.get(verb), f"`analysis {verb}` has no help"
    assert f"analysis {verb}" in guides(), f"no guide shows `analysis {verb}`"


@pytest.mark.parametrize("verb", VERBS.choices)
def test_each_option_has_help(verb: str) -> None:
    for action in VERBS.choices[verb]._actions:
        assert action.help, f"`analysis {verb}` has no help for {action.dest}"


@pytest.mark.parametrize("verb", VERBS.choices)
def test_each_option_is_in_the_guide(verb: str) -> None:
    text = (paths.ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    section = text.partition(f"## analysis {verb}\n")[2].partition("\n## ")[0]
    for action in VERBS.choices[verb]._actions:
        for name in action.option_strings[-1:] or [action.dest]:
            assert name == "--help" or f"`{name}" in section, f"docs/command-line.md says nothing of {verb} {name}"
