"""Given what the sources claim, which totals are possible at all, which claims cannot stand together, what mends it?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import pandas as pd

from analysis.evidence.record import Record
from analysis.findings.book import ASSUMPTIONS, LEVELS, SAID, Book
from analysis.findings.constraints import Interval, Reconciliation, System
from analysis.findings.finding import Finding, finding, how_many, in_words, number, optional, said

PARAMETERS = (
    "assumptions",
    "revision",
    "same_date",
    "count_1631",
    "deaths_total",
    "half_of_whom",
    "libya_1668",
    "seventy_and_71",
    "seventy_one_counts",
    "last_two_years",
    "women_and_minors",
    "set_to_return",
    "majority_words",
    "shares_2014_2015",
    "shares_base",
    "year_2016",
    "about_width",
    "record",
    "speaker_roles",
    "left_out",
    "sources",
)
"""The parameters of the notebook."""


SEARCH = 200
"""Subsets looked at before the search for conflicts and repairs is cut: far more than the five articles need."""

MOST_SIDES, MOST_READINGS = 16, 2
"""Ways to take an inconsistent record that are followed up, and readings changed together in a repair, at most."""


REPAIRS = "What is the least that would reconcile the claims?"
CONFLICTS = "Which claims and assumptions cannot stand together?"
ACCOUNT = {
    "departed": "How many had left?",
    "killed": "How many of them were dead?",
    "returned": "How many had come back?",
    "away": "How many were alive and not back?",
}
"""The quantities of the account that are findings, each with its question."""


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
        *_unaccounted_finding(book, unaccounted),
        *_implied_finding(book, implied),
        *_stock_finding(book, taken),
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
    repairs = finding(
        record, "accounting.repairs", REPAIRS, in_words(size, size, "changes"), (size, size), "changes", ()
    )
    account = [
        finding(
            record,
            f"accounting.{name}",
            ACCOUNT.get(name, ""),
            in_words(*_open(bounds), "persons"),
            _open(bounds),
            "persons",
            (),
        )
        for name, bounds in hull(book, taken).items()
        if name in (*ACCOUNT, "unaccounted")
    ]
    fits = [
        finding(
            record,
            name,
            "",
            f"fits {sum(possible)} of {how_many(len(possible), 'way')}",
            (float(sum(possible)),) * 2,
            "ways",
            (),
        )
        for name, case in (
            ("accounting.stock", _stock_case(book, taken)),
            ("accounting.set_to_return", _return_case(book, taken)),
        )
        if case
        for possible in [[system.feasible() for system in case.beside]]
    ]
    return Outline((repairs, *account, *fits))


def sides(book: Book, found: Reconciliation | None = None) -> list[Side]:
    """The ways to take the record of ``book``: everything where it is consistent, else all but each minimum repair."""
    found = found or book.system.reconcile(book.given, SEARCH, repairs_only=True)
    return [Side(book, gone) for gone in found.repairs[:MOST_SIDES]]


def hull(book: Book, taken: Iterable[Side]) -> dict[str, Interval | None]:
    """For each quantity of the account, what at least one side leaves possible; None where no side is consistent."""
    result: dict[str, Interval | None] = dict.fromkeys(book.account())
    for side in taken:
        for name, bounds in side.system.bounds_of(book.account()).items():
            before = result[str(name)]
            if bounds is not None:
                result[str(name)] = bounds if before is None else (min(before[0], bounds[0]), max(before[1], bounds[1]))
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


def _name(claim: pd.Series) -> str:
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
    system = book.system.only(conflict)
    claims = book.of(conflict)
    families = list(dict.fromkeys(reversed(list(claims["family"]))))
    assumed = ", ".join(name for name in ASSUMPTIONS if name in conflict)
    given = f" [{assumed}]" if assumed else ""
    counts = claims[claims["unit"].eq("persons")]
    last = next((family for family in families if family in set(counts["family"])), None)
    others = _names(book, [family for family in families if family != last])
    if last is None:
        return f"{' and '.join(others)} cannot hold together{given}."
    rest = system.without([last])
    told = []
    for claim in counts[counts["family"].eq(last)].itertuples():
        left, says = rest.bound({book.quantity(claim): 1}), (optional(claim.lower), optional(claim.upper))
        told.append((left is None or _apart(left, says), left, says, claim))
    _, left, says, claim = max(told, key=lambda item: item[0])
    leave = in_words(*_open(left), "persons") if others and left else "no number"
    subject = (
        f"{' and '.join(others)} {'leave' if len(others) > 1 else 'leaves'}"
        if others
        else "What it says elsewhere leaves"
    )
    what = claim.measure.replace("_", " ")
    return f"{subject} {leave} {what}, but '{claim.phrase}' ({claim.claim_id}) is {in_words(*says, 'persons')}{given}."


def _apart(left: Interval, says: tuple[float | None, float | None]) -> bool:
    """Whether what is left and what is said have no number in common."""
    low, high = says
    return (low is not None and left[1] < low) or (high is not None and left[0] > high)


def _repairs(book: Book, found: Reconciliation) -> pd.DataFrame:
    """All minimum sets of changes: a claim dropped or moved, a scope or another assumption given up, a reading changed.

    Columns: changes, persons (the least move in all, where moving is enough), sentence. Every combination of rival
    readings up to ``MOST_READINGS`` is tried; none where the search for repairs was cut.
    """
    fewest = min((len(gone) for gone in found.repairs), default=0)
    rows = [_repair(book, gone, ()) for gone in found.repairs if gone]
    if found.repairs == (frozenset(),) or not found.complete:
        return pd.DataFrame(rows, columns=["changes", "persons", "sentence"])
    readings = book.record.reported["readings"]
    touching = readings.loc[readings["claim_id"].isin(book.claims["claim_id"]), "ambiguity"].unique()
    rivals = [(name, reading) for name, reading, _ in book.record.rivals(touching)]
    for size in range(1, min(fewest, MOST_READINGS) + 1):
        for chosen in combinations(rivals, size):
            if len({name for name, _ in chosen}) < size:
                continue
            other = replace(book, record=book.record.under(book.record.scenario.but(**dict(chosen))))
            gone_sets: tuple[frozenset[str], ...]
            if size == fewest:
                gone_sets = (frozenset(),) if other.system.feasible() else ()
            else:
                gone_sets = tuple(
                    gone for gone in other.system.reconcile(book.given, SEARCH).repairs if size + len(gone) <= fewest
                )
            rows += [_repair(other, gone, chosen) for gone in gone_sets]
    return pd.DataFrame(rows, columns=["changes", "persons", "sentence"])


def _repair(book: Book, gone: frozenset[str], read: Iterable[tuple[str, str]]) -> tuple[int, float | None, str]:
    claims = set(book.claims["family"]) & gone
    moves = book.system.without(gone - claims).least_moves(claims) if claims else None
    told = []
    for name in sorted(gone):
        if name in ASSUMPTIONS:
            told.append(f"give up that {ASSUMPTIONS[name]}")
        else:
            moved = f", or move it by {number(moves[name], 'persons')} persons or more" if moves and moves[name] else ""
            told.append(f"drop {_names(book, [name])[0]}{moved}")
    told += [f"read {name} as {reading}" for name, reading in read]
    persons = sum(moves.values()) if moves else None
    return len(told), persons or None, "; ".join(told)


def _left_out(book: Book, taken: list[Side]) -> pd.DataFrame:
    """Bounds with each family left out in turn, against those with all of them. A row a family and quantity."""
    rows = []
    base = hull(book, taken)
    for family in dict.fromkeys(book.claims["family"]):
        left = replace(book, record=book.record.under(book.record.scenario.but(left_out=_also(book, family))))
        without = hull(book, sides(left))
        for name in ("killed", "unaccounted"):
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
    day = book.where[1]
    dates = next((r for r in book.rounds if day in r), [])
    claims = book.claims[book.claims["measure"].eq("returned") & book.claims["kind"].eq("cumulative")]
    return claims[[book.quantity(c).end in dates for c in claims.itertuples()]].drop_duplicates("family")


def _unaccounted(book: Book, taken: list[Side]) -> pd.DataFrame:
    """Departed less killed, returned and fighting, for each count of returns: as printed, and as an interval.

    As printed takes the least count of departures and the numbers without their hedges; the interval is that of the
    sides which keep the count of returns.
    """
    rows = []
    day = book.where[1]
    dates = next((r for r in book.rounds if day in r), [])
    counts = book.claims[
        [c.unit == "persons" and c.kind != "flow" and book.quantity(c).end in dates for c in book.claims.itertuples()]
    ]
    of = lambda measure: counts[counts["measure"].eq(measure)].sort_values("value")  # noqa: E731
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
        bounds = hull(book, kept)["unaccounted"]
        claims = "; ".join([back["claim_id"], *(row["claim_id"] for row in rest)])
        rows.append((_name(back), back["attributed_to"], told, printed, *_open(bounds), claims))
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
            follows = bool(bounds and alone and bounds[0] >= alone[0] and bounds[1] <= alone[1])
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
    if not book.where[1]:
        return
    together = hull(book, taken)
    claims = list(book.claims["claim_id"])
    for name, question in ACCOUNT.items():
        each = [(side.label, side.system.bounds_of(book.account())[name]) for side in taken]
        told = (
            "; ".join(f"{in_words(*_open(bounds), 'persons')} {label}" for label, bounds in each)
            if len({b for _, b in each}) > 1
            else in_words(*_open(each[0][1]), "persons")
        )
        answer = f"By {book.where[1][:7]}: {told}."
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


def _unaccounted_finding(book: Book, table: pd.DataFrame) -> Iterator[Finding]:
    if table.empty:
        return
    told = [
        f"with {row.returned} {in_words(optional(row.lower), optional(row.upper), 'persons')}"
        + (f" ({row.sum} = {number(row.printed, 'persons')} as printed, without the hedges)" if row.sum else "")
        for row in table.rename(columns={"as printed": "printed"}).itertuples()
    ]
    bounds = optional(table["lower"].min()), optional(table["upper"].max()) if table["upper"].notna().all() else None
    question = "How many are neither counted as dead, nor back, nor fighting?"
    yield finding(
        book.record,
        "accounting.unaccounted",
        question,
        _sentence("; ".join(told)),
        bounds,
        "persons",
        _cited([table["claims"]]),
        _assumed(book),
    )


def _implied_finding(book: Book, table: pd.DataFrame) -> Iterator[Finding]:
    if table.empty:
        return
    parts = []
    for returned, rows in table.groupby("returned", sort=False):
        against = ", ".join(
            f"{row.claim} ({in_words(optional(row.claim_lower), optional(row.claim_upper), 'persons')}) {row.verdict}"
            for row in rows.itertuples()
        )
        parts.append(
            f"with {returned} {in_words(optional(rows['dead_lower'].iloc[0]), optional(rows['dead_upper'].iloc[0]), 'persons')}: {against}"
        )
    answer = _sentence("; ".join(parts))
    question = "How many must be dead if nobody is elsewhere, and does that fit what is said of the dead?"
    upper = optional(table["dead_upper"].max()) if table["dead_upper"].notna().all() else None
    yield finding(
        book.record,
        "accounting.implied_dead",
        question,
        answer,
        (optional(table["dead_lower"].min()), upper),
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


def _stock_case(book: Book, taken: list[Side]) -> Case | None:
    """A count of departures that is worded as a stock, read as one."""
    stocks = book.record.reported["claims"]
    worded = stocks[stocks["measure"].eq("present") & stocks["ambiguity"].str.contains("count_1631")]
    worded = worded[worded["claim_id"].isin(book.claims["claim_id"])]
    if worded.empty:
        return None
    other = replace(book, record=book.record.each_reading("count_1631")["present_stock"])
    family = other.claims.loc[other.claims["claim_id"].isin(worded["claim_id"]), "family"].iloc[0]
    return Case(
        worded.iloc[0], other, family, [other.system.without(side.gone) for side in taken if family not in side.gone]
    )


def _stock_finding(book: Book, taken: list[Side]) -> Iterator[Finding]:
    case = _stock_case(book, taken)
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
    takes = (
        f"with the other counts it takes {number(known, 'persons')} departures or more"
        if known is not None
        else "no other count bears on it"
    )
    verdict = "It can be" if any(system.feasible() for system in case.beside) else "It cannot be"
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
        "It fits"
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
        f"{row.statement}: {row.quantity} {in_words(optional(row.lower), optional(row.upper), 'persons')}"
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
