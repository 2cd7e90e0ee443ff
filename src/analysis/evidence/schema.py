"""Which tables does the record have, and what may each column contain?

Declared once, in schema.csv: a line for each table, which says what a row of it is, and then a line for each column. The
same declaration reads and checks the raw tables, types the curated ones (`tables`) and writes their Frictionless Table
Schema. Rules across columns and tables are in `rules`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.evidence import files

Vocabulary = Mapping[str, frozenset[str]]
"""Field of the codebook -> its terms; the keys of the tables in ``KEYS`` too."""

KEYS = {"measure": "measures", "speaker": "speakers", "question": "questions"}
"""Terms that are no field of the codebook but the key of another table."""

ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
SHA256 = r"[0-9a-f]{64}"
COUNT = r"[0-9]{1,12}"
NUMBER = rf"{COUNT}(?:\.{COUNT}|/[1-9][0-9]{{0,2}})?"
PATTERNS = {"integer": COUNT, "number": NUMBER, "boolean": "true|false"}
"""What a cell of each type must match, where its column has no pattern of its own."""


@dataclass(frozen=True)
class Column:
    """One column: what it means, its type and what it admits.

    ``terms`` is the field of the codebook whose terms it holds, ``longest`` the most characters a cell may have,
    ``usual`` what a draft row holds where nothing else is given; a coder changes it. Of the flags, ``key`` is part of
    the primary key; ``optional`` may be empty; ``many`` holds terms joined by ';'; ``derived`` is in the curated table
    only; ``open`` has, once curated, more than its terms.
    """

    name: str
    what: str = ""
    type: str = "string"
    flags: frozenset[str] = frozenset()
    pattern: str = ""
    terms: str = ""
    longest: int = 0
    usual: str = ""

    @property
    def form(self) -> str:
        """The pattern that a cell must match as a whole; empty: any."""
        return self.pattern or PATTERNS.get(self.type, "")

    def frictionless(self, vocabulary: Vocabulary) -> dict[str, Any]:
        """The column as a field of a Frictionless Table Schema."""
        constraints: dict[str, Any] = {} if "optional" in self.flags else {"required": True}
        if self.terms and self.terms not in KEYS and not self.flags & {"many", "open"}:
            constraints["enum"] = sorted(vocabulary[self.terms])
        elif self.type in {"integer", "number"}:
            constraints["minimum"] = 0
        elif self.pattern:
            constraints["pattern"] = self.pattern
        if self.longest:
            constraints["maxLength"] = self.longest
        field: dict[str, Any] = {"name": self.name, "type": self.type, "description": self.what}
        return field | ({"constraints": constraints} if constraints else {})


@dataclass(frozen=True)
class Table:
    """One table: its name, what a row is, and its columns."""

    name: str
    what: str
    columns: tuple[Column, ...]

    @property
    def id(self) -> str:
        """The column that names a row."""
        return self.columns[0].name

    @property
    def primary_key(self) -> list[str]:
        return [column.name for column in self.columns if "key" in column.flags]

    @property
    def raw(self) -> list[Column]:
        """The columns of the raw table."""
        return [column for column in self.columns if "derived" not in column.flags]

    @property
    def raw_columns(self) -> list[str]:
        return [column.name for column in self.raw]

    @property
    def foreign_keys(self) -> list[dict[str, Any]]:
        """The columns that hold keys of other tables, as Frictionless foreign keys."""
        return [
            {"fields": column.name, "reference": {"resource": KEYS[column.terms], "fields": column.terms}}
            for column in self.columns
            if column.terms in KEYS and "many" not in column.flags
        ]


_COLUMNS: dict[str, list[Column]] = {}
for _line in files.table_beside(__file__):
    _pattern = _line["pattern"].replace("<id>", ID).replace("<sha256>", SHA256)
    _flags = frozenset(filter(None, _line["flags"].split(";")))
    _kept = {name: _line[name] for name in ("what", "type", "terms", "usual")}
    _longest = int(_line["longest"] or 0)
    _column = Column(_line["column"], flags=_flags, pattern=_pattern, longest=_longest, **_kept)
    _COLUMNS.setdefault(_line["table"], []).append(_column)

TABLES = {name: Table(name, first.what, tuple(columns)) for name, (first, *columns) in _COLUMNS.items()}
"""Every table of the record by its name."""

TODO = TABLES.pop("todo")
"""The worklist. From ``row_id`` to ``unit`` its columns are the first of claims.csv, in the same order."""

_SOURCE_TABLES = "claims explanations cases stages events positions dismissed codings"
BY_SOURCE = tuple(TABLES[name] for name in _SOURCE_TABLES.split())
"""The tables of each source's folder."""

SHARED = tuple(table for table in TABLES.values() if table not in (*BY_SOURCE, TABLES["sources"], TABLES["wider"]))
"""The tables that all sources share, those first whose terms or keys the others hold."""
