"""What of the articles' main findings stands once the figures published elsewhere are read?"""

from collections.abc import Iterator

import pandas as pd

from analysis.account.model import Book, last_day
from analysis.analyses import accounting, deaths_by_year, returnees_and_arrests
from analysis.analyses.finding import SERIES, WHOLE_SUBJECT, Finding, how_many, made_once, number, whole_subject
from analysis.evidence.intervals import bounds_of, overlap
from analysis.evidence.record import WIDER_TOO, Record

Row = tuple[str, str, str, str]
"""Finding, verdict, why, claims."""


def stands(record: Record, wide: pd.DataFrame) -> pd.DataFrame:
    """What becomes of the main findings of the articles: stands, falls, partly where it is met in part,
    or open where nothing elsewhere bears on it.

    Columns: finding, answer, verdict, why, claims.
    """
    found = {
        item.id: item
        for analyse in (deaths_by_year.analyse, returnees_and_arrests.analyse, accounting.analyse)
        for item in made_once(record, analyse).findings
    }
    rows = [
        *_deaths_stand(found, wide, record.scenario["half_of_whom"]),
        *_arrests_stand(record, found, wide),
        *_account_stands(record, found, wide),
    ]
    frame = pd.DataFrame(rows, columns=["finding", "verdict", "why", "claims"])
    frame.insert(1, "answer", [found[name].answer for name in frame["finding"]])
    return frame


def _deaths_stand(found: dict[str, Finding], wide: pd.DataFrame, of_whom: str) -> Iterator[Row]:
    shares = wide[wide["measure"].eq("killed") & wide["base"].eq("killed") & wide["period_start"].ne("")]
    rest = found.get("deaths_by_year.residual")
    if rest is not None and len(shares):
        named = {claim.period_start[:4] for claim in shares.itertuples() if claim.period_start[:4] >= "2014"}
        early = shares[~shares["period_start"].str[:4].isin(named)]
        printed = float(early["value"].sum())
        holds = overlap((rest.lower, rest.upper), (float(early["lower"].sum()), float(early["upper"].sum())))
        told = " and ".join(f"'{phrase}'" for phrase in early["phrase"])
        yield (
            rest.id,
            "stands" if holds else "falls",
            f"the report's other years are printed elsewhere: {told}, {number(printed, 'share')} together",
            "; ".join(early["claim_id"]),
        )
    based = wide[wide["family"].isin(shares["family"]) & wide["kind"].eq("cumulative")]
    product_ = found.get("deaths_by_year.persons")
    if product_ is not None and len(based):
        base = based.iloc[0]
        refused = product_.lower is None and product_.upper is None
        verdict = "stands" if refused == (base["origin"] != "morocco") else "falls"
        yield (
            product_.id,
            verdict,
            f"the base is printed elsewhere: '{base['phrase']}', of {base['origin'].replace('_', ' ')}",
            base["claim_id"],
        )
    half = found.get("deaths_by_year.half")
    ratios = _official_ratios(wide)
    if half is not None and len(ratios):
        top = ratios.loc[ratios["most"].idxmax()]
        falls = "falls" if of_whom == "all_departed" else "open"
        verdict = falls if top["most"] < 0.5 else "stands"
        told = f"of all who left, officials counted {number(ratios['least'].min(), 'share')} to {number(top['most'], 'share')} dead at {len(ratios)} dates; of the group's own members nobody prints a count of the dead"
        yield half.id, verdict, told, "; ".join(ratios["claims"])


def _official_totals(wide: pd.DataFrame) -> pd.DataFrame:
    """The cumulative counts that officials gave of the whole subject, all groups together."""
    official = wide["speaker_role"].eq("official") & wide["kind"].eq("cumulative") & wide["group"].eq("any")
    return whole_subject(wide[official & wide["lower"].notna()])


def _official_ratios(wide: pd.DataFrame) -> pd.DataFrame:
    """Dead of departed, officially, wherever both are given in the same month. Columns: as_of, least, most, claims."""
    official = _official_totals(wide)
    official = official.assign(month=official["as_of"].str[:7])
    rows = []
    for month, group in official.groupby("month"):
        dead, left = group[group["measure"].eq("killed")], group[group["measure"].eq("departed")]
        if len(dead) and len(left):
            claims = "; ".join([*dead["claim_id"], *left["claim_id"]])
            rows.append(
                (
                    month,
                    float((dead["lower"].min()) / left["upper"].max()),
                    float(dead["upper"].max() / left["lower"].min()),
                    claims,
                )
            )
    return pd.DataFrame(rows, columns=["as_of", "least", "most", "claims"])


def _arrests_stand(record: Record, found: dict[str, Finding], wide: pd.DataFrame) -> Iterator[Row]:
    arrested = wide[wide["measure"].eq("returned_arrested") & wide["lower"].notna()]
    for item in (one for name, one in found.items() if ".every." in name):
        counted = record.claims[
            record.claims["claim_id"].isin(item.claims) & record.claims["measure"].eq("returned_arrested")
        ]
        start = counted.loc[counted["period_start"].ne(""), "period_start"].min()
        outside = arrested[arrested["period_end"].lt(start)]
        fits = outside[[overlap(bounds_of(row), (item.lower, item.upper)) for row in outside.itertuples()]]
        seen = fits if len(fits) else outside
        told = ", ".join(f"'{phrase}'" for phrase in seen["phrase"])
        verdict = "falls" if len(fits) else "partly" if len(outside) else "stands"
        twice = wide[wide["family"].isin(seen["family"]) & wide["measure"].eq("returned")]
        why = (
            f"arrests before that window are counted elsewhere: {told}"
            if len(outside)
            else "no count of arrests outside that window is printed elsewhere either"
        )
        yield (
            item.id,
            verdict,
            f"{why}{', as many as are missing' if len(fits) else ''}{' (another printing of the statement says returned)' if len(twice) else ''}",
            "; ".join(seen["claim_id"]),
        )


def _account_stands(record: Record, found: dict[str, Finding], wide: pd.DataFrame) -> Iterator[Row]:
    """The account against the official counts of other statements within a year, each put beside each way to take the
    claims; and the stock and the forecast against the official series."""
    official = _official_totals(wide)
    official = official.assign(date=official["as_of"].map(last_day)).sort_values(["date", "claim_id"])
    book = Book(record, record.scenario["assumptions"])
    both = Book(
        record.under(record.scenario.with_choices(record=WIDER_TOO, same_date=1.0)), record.scenario["assumptions"]
    )
    taken, day = accounting.sides(book), book.where[1]
    for measure in SERIES:
        item = found.get(f"accounting.{measure}")
        away = (
            (pd.to_datetime(official["date"]) - pd.Timestamp(day)).dt.days.abs() if day else official["date"].map(len)
        )
        near = official[
            official["measure"].eq(measure) & away.le(365) & ~official["family"].isin(book.claims["family"])
        ]
        if item is None or near.empty:
            continue
        clash = {
            side.label: [
                row for row in near.itertuples() if not both.system.only({*side.system.elements, row.family}).feasible()
            ]
            for side in taken
        }
        fewest = min(clash, key=lambda label: len(clash[label]))
        against = ", ".join(f"'{row.phrase}' ({row.as_of})" for row in clash[fewest])
        why = f"{len(near) - len(clash[fewest])} of {how_many(len(near), 'official count')} within a year can stand beside it {fewest}"
        yield (
            item.id,
            "falls" if clash[fewest] else "stands",
            f"{why}{f'; not {against}' if against else ''}",
            "; ".join(near["claim_id"]),
        )
    stock = found.get("accounting.stock")
    worded = record.reported["wider"]
    worded = worded[worded["measure"].eq("present") & worded["ambiguity"].str.contains("count_1631")]
    if stock is not None and len(worded):
        statement = wide[
            wide["statement"].isin(worded["statement"])
            & wide["measure"].isin(["killed", "returned"])
            & wide["population"].isin(WHOLE_SUBJECT)
        ]
        beside = " and ".join(f"{row.phrase} {row.measure}" for row in statement.itertuples())
        refused = stock.answer.startswith("It cannot be")
        why = f"the statement that words it so gives {beside} beside it"
        yield stock.id, "stands" if refused else "falls", why, "; ".join([*worded["claim_id"], *statement["claim_id"]])
    back = found.get("accounting.set_to_return")
    last = {
        name: official[official["measure"].eq(name)].iloc[-1] for name in SERIES if official["measure"].eq(name).any()
    }
    if back is not None and len(last) == len(SERIES):
        left = float(last["departed"]["upper"] - last["killed"]["lower"] - last["returned"]["lower"])
        needed = float(last["departed"]["lower"]) / 2
        why = f"by {last['killed']['as_of']} officials leave {number(left, 'persons')} alive and not back; more than half of those who joined is more than {number(needed, 'persons')}"
        verdict = "stands" if (left <= needed) == (not back.lower) else "falls"
        yield back.id, verdict, why, "; ".join(row["claim_id"] for row in last.values())
