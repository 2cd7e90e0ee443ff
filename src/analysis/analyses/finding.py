"""What is a finding, and how do its numbers read in words?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil, floor
from typing import Any, Protocol

import pandas as pd

from analysis.evidence.intervals import Bounds, as_float
from analysis.evidence.record import WIDER_TOO, Record

WHOLE_SUBJECT = ("moroccan_fighters", "moroccans_joined", "moroccan_returnees")
"""The populations that are no part of the subject by sex, age or past, and nobody beside it."""


SERIES = ("departed", "killed", "returned")
"""The cumulative counts that officials gave year after year."""


@dataclass(frozen=True)
class Finding:
    """A question, its answer as an interval or in words, and all that it rests on.

    ``lower`` and ``upper`` are inclusive bounds in ``unit``; ``None`` is unbounded, both ``None`` is no number.
    ``claims`` are ids, ``readings`` are ``ambiguity=reading``, ``assumptions`` are sentences; ``coded`` are the ids of
    the explanations and cases that are counted, where the finding is about those.
    """

    id: str
    question: str
    answer: str
    lower: float | None
    upper: float | None
    unit: str
    claims: tuple[str, ...]
    readings: tuple[str, ...]
    assumptions: tuple[str, ...] = ()
    coded: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: int = 1
    agreement: str = "untested"

    @property
    def evidence(self) -> tuple[str, ...]:
        """The ids of all that it rests on."""
        return self.claims + self.coded


class Result(Protocol):
    """What an analysis returns: its findings, beside tables of its own."""

    @property
    def findings(self) -> tuple[Finding, ...]: ...


def made_once(record: Record, analyse: Callable[[Record], Any]) -> Any:
    """``analyse(record)``, made once for a record and its scenario."""
    return record.cached(("analysis", analyse, record.scenario), lambda: analyse(record))


def readings_of(record: Record, claims: Iterable[str]) -> tuple[str, ...]:
    """The readings in force of every ambiguity that touches ``claims``."""
    return _in_force(record, record.claims.set_index("claim_id")["ambiguity"].loc[list(dict.fromkeys(claims))])


def _in_force(record: Record, ambiguities: Iterable[str]) -> tuple[str, ...]:
    names = sorted({name for cell in ambiguities for name in cell.split(";") if name})
    return tuple(f"{name}={record.scenario[name]}" for name in names)


def finding(
    record: Record,
    id: str,
    question: str,
    answer: str,
    bounds: tuple[float | None, float | None],
    unit: str,
    claims: Sequence[str],
    assumptions: Sequence[str] = (),
) -> Finding:
    """A finding whose readings follow from the claims it rests on."""
    cited = tuple(dict.fromkeys(claims))
    return Finding(id, question, answer, *bounds, unit, cited, readings_of(record, cited), tuple(assumptions))


def make_finding(
    record: Record,
    id: str,
    bounds: Bounds,
    unit: str,
    claims: Iterable[str],
    values: Mapping[str, Any] | None = None,
    assumptions: Iterable[str] = (),
    coded: Iterable[str] = (),
    lines: int = 1,
    agreement: str = "untested",
) -> Finding:
    """A finding as values; its sentences come from the templates of :mod:`analysis.wording`.

    ``values`` are all that its sentences need beside the bounds. ``lines`` is the number of independent lines of evidence
    that lead to the answer: a number derived from several claims of one speaker has one, a count of claims none. ``agreement`` is a key of the
    table in wording/common.toml: high, medium, low or untested. ``claims`` may be figures published elsewhere; the readings
    follow from them.
    """
    cited, counted = tuple(dict.fromkeys(claims)), tuple(dict.fromkeys(coded))
    wide = record.under(record.scenario.with_choices(record=WIDER_TOO)).claims.set_index("claim_id").loc[list(cited)]
    return Finding(
        id,
        "",
        "",
        *bounds,
        unit,
        cited,
        _in_force(record, wide["ambiguity"]),
        tuple(assumptions),
        counted,
        dict(values or {}),
        lines,
        agreement,
    )


def ambiguity_between(record: Record, field: str, values: Iterable[str] = (), claims: Iterable[str] = ()) -> str:
    """The ambiguity whose readings set ``field`` to each of ``values``, of ``claims`` if any are named; else empty."""
    patches = record.reported["patches"]
    rows = patches[patches["field"].eq(field)]
    if named := set(claims):
        rows = rows[rows["claim_id"].isin(named)]
    found = (
        str(ambiguity) for ambiguity, group in rows.groupby("ambiguity", sort=False) if {*values} <= {*group["value"]}
    )
    return next(found, "")


def claims_table(record: Record, claims: pd.DataFrame) -> pd.DataFrame:
    """Claims as a reader's table. Columns: what, phrase, speaker, as_of, period, lower, upper, unit, claim_id."""
    wanted = {"label": "what", "speaker": "speaker"}
    kept = ["label", "phrase", "speaker", "as_of", "period", "lower", "upper", "unit", "claim_id"]
    columns = {name: wanted.get(name, name) for name in kept if name in claims}
    return claims[list(columns)].rename(columns=columns).reset_index(drop=True)


def number(value: float, unit: str) -> str:
    """One number as printed in a sentence: ``38%``, ``1,631``, ``2.3``."""
    if unit == "share":
        return f"{round(100 * value, 1):g}%"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")


def in_words(lower: float | None, upper: float | None, unit: str) -> str:
    """An interval in words: ``601 or more persons``, ``37.5% to 38.5%``, ``128 persons at most``."""
    noun = "" if unit in {"share", "ratio"} else f" {unit}"
    if (lower is None or lower == 0) and upper is not None:
        return f"{number(upper, unit)}{noun} at most" if upper else f"no {unit}"
    if lower is None or upper is None:
        return "no number" if lower is None else f"{number(lower, unit)} or more{noun}"
    if lower == upper:
        return f"{number(lower, unit)}{noun.removesuffix('s') if lower == 1 else noun}"
    return f"{number(lower, unit)} to {number(upper, unit)}{noun}"


def window(edtf: str) -> str:
    """A window as coded, in words: ``2011 to 2017-03``, ``up to 2017-03``, ``no stated window``."""
    if not edtf:
        return "no stated window"
    start, _, end = edtf.replace("~", "").partition("/")
    return start if not end else f"up to {end}" if start == ".." else f"{start} to {end}"


def said(record: Record, claims: pd.DataFrame) -> pd.DataFrame:
    """What the sources say, one row a claim: the table that opens every notebook.

    Columns: claim_id, phrase, said by, source's date, kind, window, lower, upper, unit, readings in force.
    """
    in_force = {cell: ", ".join(_in_force(record, [cell])) for cell in claims["ambiguity"].unique()}
    return pd.DataFrame(
        {
            "claim": claims["claim_id"],
            "phrase": claims["phrase"],
            "said by": claims["speaker"],
            "as of": claims["as_of"],
            "kind": claims["kind"],
            "window": claims["period"].map(window),
            "interval": [
                in_words(as_float(low), as_float(high), unit)
                for low, high, unit in zip(claims["lower"], claims["upper"], claims["unit"], strict=True)
            ],
            "readings": claims["ambiguity"].map(in_force),
        }
    ).reset_index(drop=True)


def whole_subject(claims: pd.DataFrame) -> pd.DataFrame:
    """Claims of the whole subject: no part of it by place, origin, sex, age or past."""
    return claims[
        claims["population"].isin(WHOLE_SUBJECT)
        & claims["origin"].eq("morocco")
        & ~claims["place"].isin(["syria", "iraq", "libya"])
    ]


def counts_moroccans(claims: pd.DataFrame) -> pd.Series:
    """Whether a claim counts Moroccans who left, or a part of them: a number or a share, and not the persons of one case."""
    return (
        claims["unit"].isin(["persons", "share"])
        & claims["population"].str.startswith("moroccan")
        & claims["case_id"].eq("")
        & claims["hedge"].ne("vague")
    )


def person_counts(record: Record) -> pd.DataFrame:
    """The claims that count persons: a number, no share, and not the persons of one case."""
    return record.claims[_counting(record.claims)]


def _counting(claims: pd.DataFrame) -> pd.Series:
    return claims["unit"].eq("persons") & claims["case_id"].eq("") & claims["lower"].notna()


def counts(record: Record) -> pd.DataFrame:
    """The claims that count the Moroccans who left, or a part of them; other populations are left out."""
    return record.claims[_counting(record.claims) & record.claims["population"].str.startswith("moroccan")]


def least_part(share: float, hedge: str, whole: float) -> int:
    """The fewest persons that a share of ``whole`` persons can be; strictly more where the hedge says so."""
    product = round(share * whole, 9)
    return floor(product) + 1 if hedge == "more_than" else ceil(product)


def how_many(count: int, noun: str) -> str:
    """``1 set``, ``2 sets``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def findings_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """Findings as rows; lists joined by ``; ``."""
    rows = [asdict(item) for item in findings]
    frame = pd.DataFrame(rows, columns=list(Finding.__dataclass_fields__))
    for column in ("claims", "readings", "assumptions", "coded"):
        frame[column] = frame[column].map("; ".join)
    return frame.astype({"lower": "Float64", "upper": "Float64"})


def rival_answers(record: Record, analyse: Callable[[Record], Result], names: Iterable[str]) -> pd.DataFrame:
    """How each finding answers when one reading at a time is changed; only the answers that move.

    Columns: finding, ambiguity, reading, answer, instead of. Rows in the order of findings.
    """
    base = {item.id: item for item in analyse(record).findings}
    rows = []
    for ambiguity, reading, other in record.rivals(names):
        for item in analyse(other).findings:
            before = base.get(item.id)
            if before is None or item.answer != before.answer:
                rows.append((item.id, ambiguity, reading, item.answer, before.answer if before else "(no answer)"))
    order = {name: place for place, name in enumerate(base)}
    rows.sort(key=lambda row: order.get(row[0], len(order)))
    return pd.DataFrame(rows, columns=["finding", "ambiguity", "reading", "answer", "instead of"])
