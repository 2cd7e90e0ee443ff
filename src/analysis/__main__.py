"""``python -m analysis``: the same as the ``analysis`` command."""

from analysis.cli import command

if __name__ == "__main__":
    command()
