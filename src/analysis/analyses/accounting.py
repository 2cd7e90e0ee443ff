"""Given what the sources claim, which totals are possible at all, which claims cannot stand together, what mends it?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from math import inf
from typing import Any

import pandas as pd

from analysis.account.model import ASSUMPTIONS, LEVELS, SAID, Book, alignable
from analysis.account.solver import Constraint, Interval, Reconciliation, System, Terms, blocks
from analysis.analyses.finding import Finding, counts_moroccans, finding, how_many, in_words, number, said
from analysis.evidence.intervals import as_float
from analysis.evidence.record import Record

READS = counts_moroccans
"""The claims it reads; every ambiguity that bears on one is a parameter of the notebook."""

CONVENTIONS = (
    "assumptions",
    "revision",
    "same_date",
    "about_width",
    "record",
    "speaker_roles",
    "statements",
    "left_out",
    "sources",
)
"""The other parameters of the notebook."""


SEARCH = 150
"""Subsets looked at before the search for conflicts and repairs is cut: far more than the five articles need."""

MOST_READINGS = 2
"""Readings changed together in a repair, at most."""


REPAIRS = "What is the least that would reconcile the claims?"
CONFLICTS = "Which claims and assumptions cannot stand together?"
ACCOUNT = {
    "departed": "How many had left?",
    "killed": "How many of them were dead?",
    "returned": "How many had come back?",
    "away": "How many were alive and not back?",
}
"""The quantities of the account that are findings, each with its question."""
UNACCOUNTED = "How many are neither counted as dead, nor back, nor fighting?"
OUTLINED = {
    "repairs": REPAIRS,
    **ACCOUNT,
    "unaccounted": UNACCOUNTED,
    "stock_ways": "In how many ways to take the claims can the 1,631 be a count of those present?",
    "set_to_return": "In how many ways to take the claims can the majority of those who joined be set to return?",
}
"""The questions of the outline."""


@dataclass(frozen=True)
class Side:
    """One way to take the record that leaves it consistent: all of it, or all but one minimum repair."""

    book: Book
    gone: frozenset[str]

    @cached_property
    def system(self) -> System:
        return self.book.system.without(self.gone)

    @property
    def label(self) -> str:
        return f"without {' and '.join(_names(self.book, self.gone))}" if self.gone else "all claims"


@dataclass(frozen=True)
class Accounting:
    """The tables behind the findings.

    ``said``: the claims that enter. ``bounds``: least and most of each quantity under each level of assumptions, one
    row a side and quantity; empty: unbounded. ``conflicts``: minimal sets of claims and assumptions that cannot all
    hold, each in a sentence. ``repairs``: minimum changes that reconcile them. ``left_out``: the bounds on the dead
    and the unaccounted for when one family is left out. ``unaccounted``: the account of each rival count of returns,
    as printed and as an interval. ``implied``: the dead that the others leave if nobody is elsewhere.
    """

    said: pd.DataFrame
    bounds: pd.DataFrame
    conflicts: pd.DataFrame
    repairs: pd.DataFrame
    left_out: pd.DataFrame
    unaccounted: pd.DataFrame
    implied: pd.DataFrame
    findings: tuple[Finding, ...]


def analyse(record: Record) -> Accounting:
    """The account of ``record`` under its scenario."""
    book = Book(record, record.scenario["assumptions"])
    found = book.system.reconcile(book.given, SEARCH)
    taken = sides(book, found)
    bounds = pd.concat([_bounds(Book(record, level)) for level in LEVELS], ignore_index=True)
    conflicts = conflict_table(book, found)
    repairs = _repairs(book, found)
    left_out = _left_out(book, taken)
    unaccounted = _unaccounted(book, taken)
    implied = _implied(book)
    findings = (
        _conflict_finding(book, conflicts, found),
        _repair_finding(book, repairs, taken),
        *_account_finding(book, taken),
        *_unaccounted_finding(book, taken, unaccounted),
        *_implied_finding(book, implied),
        *_stock_finding(book),
        *_return_finding(book, taken),
        *_left_out_finding(book, left_out),
    )
    return Accounting(said(record, book.claims), bounds, conflicts, repairs, left_out, unaccounted, implied, findings)


@dataclass(frozen=True)
class Outline:
    """The findings of the accounting that a sweep follows through every scenario."""

    findings: tuple[Finding, ...]


def outline(record: Record) -> Outline:
    """The account, the size of the smallest repair, and whether the stock and the forecast fit: a fraction of :func:`analyse`."""
    book = Book(record, record.scenario["assumptions"])
    taken = sides(book)
    size = float(len(taken[0].gone)) if taken else None
    followed: dict[str, tuple[float | None, float | None]] = {"repairs": (size, size)}
    terms = {name: terms for name, terms in book.account().items() if name in (*ACCOUNT, "unaccounted")}
    followed |= {name: _open(bounds) for name, bounds in hull(taken, terms).items() if bounds is not None}
    for name, case in (("stock_ways", _stock_case(book)), ("set_to_return", _return_case(book, taken))):
        if case is not None and case.beside:
            possible = float(sum(system.feasible() for system in case.beside))
            followed[name] = possible, possible
    units = {"repairs": "changes", "stock_ways": "ways", "set_to_return": "ways"}
    claims = tuple(book.claims["claim_id"])
    return Outline(
        tuple(
            Finding(f"accounting.{name}", OUTLINED[name], in_words(*bounds, unit), *bounds, unit, claims, ())
            for name, bounds in followed.items()
            for unit in [units.get(name, "persons")]
        )
    )


def sides(book: Book, found: Reconciliation | None = None) -> list[Side]:
    """The ways to take the record of ``book``: everything where it is consistent, else all but each minimum repair.

    None where the search for repairs was cut: bounds over some of the ways alone would be too narrow.
    """
    found = found or book.system.reconcile(book.given, SEARCH, repairs_only=True)
    return [Side(book, gone) for gone in found.repairs] if found.complete else []


def hull(taken: Iterable[Side], expressions: Mapping[str, Terms]) -> dict[str, Interval | None]:
    """For each expression, what at least one side leaves possible; None where no side is consistent."""
    result: dict[str, Interval | None] = dict.fromkeys(expressions)
    for side in taken:
        for name, bounds in side.system.bounds_of(expressions).items():
            before = result[name]
            if bounds is not None:
                result[name] = bounds if before is None else (min(before[0], bounds[0]), max(before[1], bounds[1]))
    return result


def _bounds(book: Book) -> pd.DataFrame:
    rows = [
        (book.level, side.label, name, *_open(bounds))
        for side in sides(book)
        for name, bounds in side.system.bounds_of(book.account()).items()
    ]
    columns = ["assumptions", "side", "quantity", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns).astype({"lower": "Float64", "upper": "Float64"})


def _open(bounds: Interval | None) -> tuple[float | None, float | None]:
    """Bounds as a finding keeps them: None is unbounded, and both are None where nothing is consistent."""
    if bounds is None:
        return None, None
    return tuple(None if abs(bound) == float("inf") else bound for bound in bounds)  # type: ignore[return-value]


def _name(claim: Mapping[str, Any] | pd.Series) -> str:
    return f"'{claim['phrase']}' ({claim['claim_id']})"


def _names(book: Book, elements: Iterable[str]) -> list[str]:
    """Elements in words: a family by the first claim that prints it, an assumption by its name."""
    assumed = [f"the assumption that {ASSUMPTIONS[name]}" for name in ASSUMPTIONS if name in set(elements)]
    return [_name(claim) for _, claim in book.of(elements).drop_duplicates("family").iterrows()] + assumed


def conflict_table(book: Book, found: Reconciliation) -> pd.DataFrame:
    """The minimal conflicts. Columns: claims, assumptions, sources (within or between), sentence."""
    rows = []
    for conflict in found.conflicts:
        claims = book.of(conflict)
        assumed = [name for name in ASSUMPTIONS if name in conflict]
        within = "within one source" if claims["source_id"].nunique() == 1 else "between sources"
        rows.append(("; ".join(claims["claim_id"]), "; ".join(assumed), within, explained(book, conflict)))
    return pd.DataFrame(rows, columns=["claims", "assumptions", "sources", "sentence"])


def explained(book: Book, conflict: frozenset[str]) -> str:
    """Why the elements of a minimal conflict cannot all hold: what the others leave against what the last one says."""
    claims = _at_work(book, conflict)
    assumed = [name for name in ASSUMPTIONS if name in conflict]
    given = f" [{', '.join(assumed)}]" if assumed else ""
    counts = claims[claims["unit"].eq("persons")]
    if counts.empty:
        return f"{' and '.join(map(_name, claims.to_dict('records')))} cannot hold together{given}."
    last = counts.iloc[-1]
    others = claims[claims["claim_id"].ne(last["claim_id"])]
    rest = System(
        (
            *blocks(c for claim in others["claim_id"] for c in book.each[claim]),
            *book.system.only(assumed).blocks,
        )
    )
    left = rest.bound({book.quantity(last): 1})
    leave = in_words(*_open(left), "persons") if left else "no number"
    told = " and ".join(map(_name, others.to_dict("records")))
    subject = f"{told} {'leave' if len(others) > 1 else 'leaves'}" if told else "The assumptions leave"
    amount = in_words(as_float(last["lower"]), as_float(last["upper"]), "persons")
    return f"{subject} {leave} {last['measure'].replace('_', ' ')}, but {_name(last)} is {amount}{given}."


def _at_work(book: Book, conflict: frozenset[str]) -> pd.DataFrame:
    """The claims of a minimal conflict without those that its families print besides: fewer would be consistent."""
    claims = book.of(conflict)
    assumed = book.system.only(name for name in ASSUMPTIONS if name in conflict).blocks
    kept = list(claims["claim_id"])
    for claim_id in claims.loc[claims.duplicated("family", keep=False), "claim_id"]:
        fewer = [other for other in kept if other != claim_id]
        if not System((*blocks(c for claim in fewer for c in book.each[claim]), *assumed)).feasible():
            kept = fewer
    return claims[claims["claim_id"].isin(kept)]


def _repairs(book: Book, found: Reconciliation) -> pd.DataFrame:
    """All minimum sets of changes: a claim dropped or moved, a scope or another assumption given up, a reading changed.

    Columns: changes, persons (the least move in all, where moving is enough), sentence. Every combination of rival
    readings up to ``MOST_READINGS`` is tried; none where the search for repairs was cut.
    """
    columns = ["changes", "persons", "sentence"]
    if not found.complete:
        return pd.DataFrame(columns=columns)
    fewest = min((len(gone) for gone in found.repairs), default=0)
    rows = [_repair(book, gone, ()) for gone in found.repairs if gone]
    patches = book.record.reported["patches"]
    touching = patches.loc[patches["claim_id"].isin(book.claims["claim_id"]), "ambiguity"].unique()
    rivals = [(name, reading) for name, reading, _ in book.record.rivals(touching)]
    for size in range(1, min(fewest, MOST_READINGS) + 1):
        for chosen in combinations(rivals, size):
            if len({name for name, _ in chosen}) < size:
                continue
            other = replace(book, record=book.record.under(book.record.scenario.with_choices(**dict(chosen))))
            gone_sets: tuple[frozenset[str], ...]
            if size == fewest:
                gone_sets = (frozenset(),) if other.system.feasible() else ()
            else:
                gone_sets = tuple(
                    gone for gone in other.system.reconcile(book.given, SEARCH).repairs if size + len(gone) <= fewest
                )
            rows += [_repair(other, gone, chosen) for gone in gone_sets]
    return pd.DataFrame(rows, columns=columns)


def _repair(book: Book, gone: frozenset[str], read: Iterable[tuple[str, str]]) -> tuple[int, float | None, str]:
    claims = set(book.claims["family"]) & gone
    moves = book.system.without(gone - claims).least_moves(claims) if claims else None
    told = []
    for name in sorted(gone):
        if name in ASSUMPTIONS:
            told.append(f"give up that {ASSUMPTIONS[name]}")
        else:
            moved = f", or move it by {number(moves[name], 'persons')} persons or more" if moves and moves[name] else ""
            told.append(f"drop {_names(book, [name])[0]}{moved}{_rescoped(book, gone, name)}")
    told += [f"read {name} as {reading}" for name, reading in read]
    persons = sum(moves.values()) if moves else None
    return len(told), persons or None, "; ".join(told)


def _rescoped(book: Book, gone: frozenset[str], family: str) -> str:
    """What else would do in place of dropping a count: that it is of fewer, or of more, than those it is taken for."""
    counts = [c for c in book.said if c.element == family]
    rest = book.system.without(gone)
    found = []
    for words, part in (
        ("only a part of them", lambda c: replace(c, upper=inf)),
        ("more than them", lambda c: replace(c, lower=-inf)),
    ):
        if all(len(c.terms) == 1 for c in counts) and rest.allows(part(c) for c in counts):
            found.append(words)
    return f", or take it to count {' or '.join(found)}" if found else ""


def _left_out(book: Book, taken: list[Side]) -> pd.DataFrame:
    """Bounds with each family left out in turn, against those with all of them. A row a family and quantity."""
    rows = []
    names = ("killed", "unaccounted") if book.aligned else ("killed",)
    base = hull(taken, book.account())
    for family in dict.fromkeys(book.claims["family"]) if taken else ():
        left = replace(book, record=book.record.under(book.record.scenario.with_choices(left_out=_also(book, family))))
        without = hull(sides(left), {name: left.account()[name] for name in names})
        for name in names:
            bounds = without[name]
            rows.append(
                (family, _names(book, [family])[0], name, *_open(bounds), *_open(base[name]), bounds != base[name])
            )
    columns = ["family", "statement", "quantity", "lower", "upper", "lower_with_all", "upper_with_all", "moves"]
    kinds = dict.fromkeys(["lower", "upper", "lower_with_all", "upper_with_all"], "Float64")
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def _also(book: Book, family: str) -> str:
    return ",".join([*book.record.scenario.chosen("left_out"), family])


def _rivals(book: Book) -> pd.DataFrame:
    """The counts of all who returned, at the round of the account."""
    claims = book.claims[book.claims["measure"].eq("returned") & book.claims["kind"].eq("cumulative")]
    return claims[[_of_round(book, claim) for claim in claims.itertuples()]].drop_duplicates("family")


def _of_round(book: Book, claim: Any) -> bool:
    """Whether a claim counts persons of the subject, whole, near the day of the account."""
    quantity = book.quantity(claim)
    return claim.unit == "persons" and not quantity.start and quantity.end in book.around and alignable(quantity.scope)


def _unaccounted(book: Book, taken: list[Side]) -> pd.DataFrame:
    """Departed less killed, returned and fighting, for each count of returns: as printed, and as an interval.

    As printed takes the least count of departures and the numbers without their hedges; the interval is that of the
    sides which keep the count of returns.
    """
    rows: list[tuple[Any, ...]] = []
    if not book.aligned:
        taken = []
    counts = book.claims[[_of_round(book, claim) for claim in book.claims.itertuples()]]
    of = lambda measure: counts[counts["measure"].eq(measure)].sort_values("value")
    for _, back in _rivals(book).iterrows():
        rest = [of(name).iloc[0] for name in ("departed", "killed", "fighting") if len(of(name))]
        whole = len(rest) == 3
        printed = float(rest[0]["value"] - rest[1]["value"] - back["value"] - rest[2]["value"]) if whole else None
        told = (
            " − ".join(
                number(v, "persons") for v in (rest[0]["value"], rest[1]["value"], back["value"], rest[2]["value"])
            )
            if whole
            else ""
        )
        kept = [side for side in taken if back["family"] not in side.gone]
        bounds = hull(kept, book.account()).get("unaccounted")
        claims = "; ".join([back["claim_id"], *(row["claim_id"] for row in rest)])
        rows.append((_name(back), back["speaker"], told, printed, *_open(bounds), claims))
    columns = ["returned", "said by", "sum", "as printed", "lower", "upper", "claims"]
    return pd.DataFrame(rows, columns=columns).astype({"as printed": "Float64", "lower": "Float64", "upper": "Float64"})


def _implied(book: Book) -> pd.DataFrame:
    """The dead that the least departures, the most fighters and each count of returns leave, if nobody is elsewhere.

    Beside it what the claims on the dead say: a share of that least of departures, or a count.
    """
    closed = replace(book, level="closed")
    claims = closed.claims
    fighting = claims[claims["measure"].eq("fighting")]
    departed = claims[claims["measure"].eq("departed") & claims["hedge"].eq("at_least")]
    dead = claims[claims["measure"].eq("killed") & (claims["base"].eq("departed") | claims["kind"].eq("cumulative"))]
    rows = []
    for _, back in _rivals(closed).iterrows():
        used = pd.concat([departed, fighting, back.to_frame().T])
        base = closed.system.only([*used["family"], *closed.assumptions])
        bounds = base.bound({closed.at("killed"): 1})
        for family in dict.fromkeys(dead["family"]):
            alone = closed.system.only([*departed["family"], family, *closed.assumptions]).bound(
                {closed.at("killed"): 1}
            )
            claim = dead[dead["family"].eq(family)].iloc[0]
            fits = closed.system.only([*used["family"], family, *closed.assumptions]).feasible()
            follows = not fits_otherwise(base, [c for c in closed.said if c.element == family])
            verdict = "follows" if follows else "fits" if fits else "cannot hold"
            rows.append(
                (
                    _name(back),
                    *_open(bounds),
                    _name(claim),
                    *_open(alone),
                    verdict,
                    "; ".join([*used["claim_id"], claim["claim_id"]]),
                )
            )
    columns = ["returned", "dead_lower", "dead_upper", "claim", "claim_lower", "claim_upper", "verdict", "claims"]
    kinds = dict.fromkeys(["dead_lower", "dead_upper", "claim_lower", "claim_upper"], "Float64")
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def fits_otherwise(system: System, claim: Iterable[Constraint]) -> bool:
    """Whether ``system`` leaves room for some numbers that break ``claim``; if not, the claim follows from it."""
    sides = [replace(c, lower=-inf, upper=c.lower - 1) for c in claim if c.lower > -inf]
    sides += [replace(c, lower=c.upper + 1, upper=inf) for c in claim if c.upper < inf]
    return any(system.allows([side]) for side in sides)


def _assumed(book: Book) -> list[str]:
    """The assumptions of a level, in sentences."""
    allowed = {
        "no fall": f", of {number(book.record.scenario['revision'], 'persons')} persons at most",
        "one date": f" ({number(book.record.scenario['same_date'], 'months')} at most)",
    }
    return [_sentence(ASSUMPTIONS[name] + allowed.get(name, "")) for name in book.assumptions]


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _cited(tables: Iterable[pd.Series]) -> list[str]:
    return [claim for column in tables for cell in column for claim in cell.split("; ") if claim]


def _conflict_finding(book: Book, conflicts: pd.DataFrame, found: Reconciliation) -> Finding:
    count = float(len(conflicts))
    cut = "" if found.complete else " The search was cut: there may be more."
    answer = (
        f"{how_many(len(conflicts), 'minimal set')} cannot all hold. {' '.join(conflicts['sentence'])}{cut}".strip()
    )
    return finding(
        book.record,
        "accounting.conflicts",
        CONFLICTS,
        answer,
        (count, count),
        "sets",
        _cited([conflicts["claims"]]),
        _assumed(book),
    )


def _repair_finding(book: Book, repairs: pd.DataFrame, taken: list[Side]) -> Finding:
    if repairs.empty and not taken:
        answer = f"More than can be listed: {SEARCH} subsets were looked at. Leave families out, or choose speakers or assumptions."
        return finding(book.record, "accounting.repairs", REPAIRS, answer, (None, None), "changes", (), _assumed(book))
    if repairs.empty:
        return finding(
            book.record,
            "accounting.repairs",
            REPAIRS,
            "Nothing has to change.",
            (0.0, 0.0),
            "changes",
            (),
            _assumed(book),
        )
    size = float(repairs["changes"].iloc[0])
    answer = (
        f"{how_many(int(size), 'change')}, in one of {how_many(len(repairs), 'way')}: "
        + " | ".join(repairs["sentence"])
        + "."
    )
    gone = [claim for side in taken for claim in book.of(side.gone)["claim_id"]]
    return finding(book.record, "accounting.repairs", REPAIRS, answer, (size, size), "changes", gone, _assumed(book))


def _account_finding(book: Book, taken: list[Side]) -> Iterator[Finding]:
    """Departed, killed, returned and away: what at least one way of taking the claims leaves possible."""
    if not book.where[1] or not taken:
        return
    together = hull(taken, book.account())
    for name, question in ACCOUNT.items():
        each = [(side.label, side.system.bounds_of(book.account())[name]) for side in taken]
        told = (
            "; ".join(f"{in_words(*_open(bounds), 'persons')} {label}" for label, bounds in each)
            if len({b for _, b in each}) > 1
            else in_words(*_open(each[0][1]), "persons")
        )
        answer = f"By {book.where[1][:7]}: {told}."
        claims = _reasons(book, taken, name)
        yield finding(
            book.record,
            f"accounting.{name}",
            question,
            answer,
            _open(together[name]),
            "persons",
            claims,
            _assumed(book),
        )


def _reasons(book: Book, taken: list[Side], quantity: str) -> list[str]:
    """The claims from which the bounds of a quantity of the account follow, in one side or another."""
    terms = book.account().get(quantity)
    elements = (name for side in taken for name in side.system.reasons(terms)) if terms else ()
    return list(book.of(elements)["claim_id"])


def _unaccounted_finding(book: Book, taken: list[Side], table: pd.DataFrame) -> Iterator[Finding]:
    if table.empty:
        return
    told = [
        f"with {row.returned} {in_words(as_float(row.lower), as_float(row.upper), 'persons')}"
        + (f" ({row.sum} = {number(row.printed, 'persons')} as printed, without the hedges)" if row.sum else "")
        for row in table.rename(columns={"as printed": "printed"}).itertuples()
    ]
    low = as_float(table["lower"].min()) if table["lower"].notna().all() else None
    bounds = low, as_float(table["upper"].max()) if table["upper"].notna().all() else None
    yield finding(
        book.record,
        "accounting.unaccounted",
        UNACCOUNTED,
        _sentence("; ".join(told)),
        bounds,
        "persons",
        [*_cited([table["claims"]]), *_reasons(book, taken, "unaccounted")],
        _assumed(book),
    )


def _implied_finding(book: Book, table: pd.DataFrame) -> Iterator[Finding]:
    if table.empty:
        return
    parts = []
    for returned, rows in table.groupby("returned", sort=False):
        against = ", ".join(
            f"{row.claim} ({in_words(as_float(row.claim_lower), as_float(row.claim_upper), 'persons')}) {row.verdict}"
            for row in rows.itertuples()
        )
        parts.append(
            f"with {returned} {in_words(as_float(rows['dead_lower'].iloc[0]), as_float(rows['dead_upper'].iloc[0]), 'persons')}: {against}"
        )
    answer = _sentence("; ".join(parts))
    question = "How many must be dead if nobody is elsewhere, and does that fit what is said of the dead?"
    upper = as_float(table["dead_upper"].max()) if table["dead_upper"].notna().all() else None
    yield finding(
        book.record,
        "accounting.implied_dead",
        question,
        answer,
        (as_float(table["dead_lower"].min()), upper),
        "persons",
        _cited([table["claims"]]),
        _assumed(replace(book, level="closed")),
    )


@dataclass(frozen=True)
class Case:
    """One claim tested against all the others: its book and family, and the others taken each way with it."""

    claim: pd.Series
    book: Book
    family: str
    beside: list[System]


def _stock_case(book: Book) -> Case | None:
    """A count of departures that is worded as a stock, read as one, beside the ways to take the other claims."""
    stocks = book.record.reported["claims"]
    worded = stocks[stocks["measure"].eq("present") & stocks["ambiguity"].str.contains("count_1631")]
    worded = worded[worded["claim_id"].isin(book.claims["claim_id"])]
    if worded.empty:
        return None
    other = replace(book, record=book.record.each_reading("count_1631")["present_stock"])
    family = other.claims.loc[other.claims["claim_id"].isin(worded["claim_id"]), "family"].iloc[0]
    without = replace(
        other, record=other.record.under(other.record.scenario.with_choices(left_out=_also(other, family)))
    )
    return Case(worded.iloc[0], other, family, [other.system.without(side.gone) for side in sides(without)])


def _stock_finding(book: Book) -> Iterator[Finding]:
    case = _stock_case(book)
    if case is None:
        return
    other, sets = case.book, _against(case)
    counts = {c.element for c in other.said if len(c.terms) == 1} - _tops(other)
    known = min(
        (
            least
            for system in case.beside
            for least in _least_departed(other, system.only({*counts, *other.assumptions}))
        ),
        default=None,
    )
    if not case.beside:
        verdict, takes = "Not decided", "the other claims contradict each other in more ways than are followed"
    else:
        verdict = "It can be" if any(system.feasible() for system in case.beside) else "It cannot be"
        takes = (
            f"with the other counts it takes {number(known, 'persons')} departures or more"
            if known is not None
            else "the other counts and it leave no number at all"
        )
    answer = f"{verdict}: {takes}. {_told_against(other, sets)}".strip()
    cited = [case.claim["claim_id"], *(claim for conflict in sets for claim in other.of(conflict)["claim_id"])]
    question = f"Can {_name(case.claim)} be a count of those present?"
    yield finding(book.record, "accounting.stock", question, answer, (known, None), "persons", cited, _assumed(book))


def _least_departed(book: Book, system: System) -> Iterator[float]:
    bounds = system.bound({book.at("departed"): 1})
    if bounds is not None:
        yield bounds[0]


def _tops(book: Book) -> set[str]:
    """The families that bound departures from above."""
    return {
        c.element
        for c in book.said
        if len(c.terms) == 1 and c.terms[0][0].measure == "departed" and c.upper < float("inf")
    }


def _return_case(book: Book, taken: list[Side]) -> Case | None:
    """A forecast of how many are about to return, beside what is claimed of the dead and the returned."""
    future = replace(book, modalities=(*SAID, "forecast"))
    forecasts = future.claims[future.claims["modality"].eq("forecast") & future.claims["measure"].eq("intend_return")]
    if forecasts.empty:
        return None
    forecast = forecasts.iloc[0]
    return Case(forecast, future, forecast["family"], [future.system.without(side.gone) for side in taken])


def _return_finding(book: Book, taken: list[Side]) -> Iterator[Finding]:
    case = _return_case(book, taken)
    if case is None:
        return
    possible = [system.feasible() for system in case.beside]
    sets = _against(case)
    verdict = (
        "Not decided"
        if not possible
        else "It fits"
        if all(possible)
        else "It does not fit"
        if not any(possible)
        else "It fits some ways to take the claims and not others"
    )
    fits = float(sum(possible))
    answer = f"{verdict} ({int(fits)} of {how_many(len(possible), 'way')} to take the claims). {_told_against(case.book, sets)}".strip()
    cited = [case.claim["claim_id"], *(claim for conflict in sets for claim in case.book.of(conflict)["claim_id"])]
    question = f"Does {_name(case.claim)} fit the other claims?"
    yield finding(
        book.record, "accounting.set_to_return", question, answer, (fits, fits), "ways", cited, _assumed(book)
    )


def _against(case: Case) -> list[frozenset[str]]:
    """The minimal conflicts that the claim is in, the smallest first."""
    found = {conflict for system in case.beside for conflict in system.reconcile(case.book.given, SEARCH).conflicts}
    return sorted(
        (conflict for conflict in found if case.family in conflict), key=lambda names: (len(names), sorted(names))
    )


def _told_against(book: Book, sets: list[frozenset[str]]) -> str:
    if not sets:
        return ""
    return f"Against it {'stands' if len(sets) == 1 else 'stand'} {how_many(len(sets), 'minimal set')}, the smallest: {explained(book, sets[0])}"


def _left_out_finding(book: Book, table: pd.DataFrame) -> Iterator[Finding]:
    if table.empty:
        return
    moving = table[table["moves"]]
    told = [
        f"{row.statement}: {row.quantity} {in_words(as_float(row.lower), as_float(row.upper), 'persons')}"
        for row in moving.itertuples()
    ]
    names = moving["family"].nunique()
    answer = (
        f"{names} of {table['family'].nunique()} statements alone move a bound on the dead or the unaccounted for; without "
        + "; without ".join(told)
        + "."
        if told
        else "No single statement moves a bound on the dead or the unaccounted for."
    )
    cited = list(book.of(moving["family"])["claim_id"])
    yield finding(
        book.record,
        "accounting.left_out",
        "What hangs on a single statement?",
        answer,
        (float(names), float(names)),
        "statements",
        cited,
        _assumed(book),
    )
