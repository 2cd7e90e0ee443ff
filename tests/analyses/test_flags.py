"""What is flagged in figures made up for it, what is not once they are mended, and what is flagged in the real ones."""

from itertools import product

import pandas as pd
import pytest

from analysis.analyses import claims as claims_analysis
from analysis.analyses.comparisons import contradictions
from analysis.analyses.flags import flags
from analysis.evidence.record import Record, parameters
from analysis.evidence.scenario import scenario


def under(read: Record, **choices: object) -> Record:
    return read.with_choices(**choices)


Rows = list[dict[str, object]]

KILLED = {"measure": "killed", "population": "moroccan_fighters", "place": "syria_iraq"}
RETURNED = {"measure": "returned", "population": "moroccan_returnees", "place": "morocco"}
SHARE = {"kind": "share", "unit": "share", "base": "killed"}
IN_SYRIA, IN_IRAQ = {"place": "syria"}, {"place": "iraq"}
EARLY, LATE = {"as_of": "2016-03"}, {"as_of": "2018-03"}
A, B = {"source_id": "magharebia-2014-12"}, {"source_id": "mwn-2017-07"}

PARTS = tuple(product((A, B), (KILLED, RETURNED)))
TOWNS = tuple(product((A, B), ({"origin": town} for town in ("fes", "sale", "tangier"))))


def added(record: Record, rows: Rows) -> Record:
    """Two articles with made-up counts, each of a family of its own unless it says otherwise."""
    frame = record.reported["claims"]
    plain = frame[frame["kind"].eq("cumulative") & frame["hedge"].eq("exact")].iloc[0].to_dict()
    plain |= KILLED | {"origin": "morocco", "group": "any", "unit": "persons", "period": "", "case_id": "", "note": ""}
    plain |= {"as_of": "2017-03", "speaker_role": "journalist", "ambiguity": ""}
    new = [
        plain
        | {"claim_id": f"made-up.{place}", "family": f"made-up-{place}", "phrase": f"{row['value']:g}"}
        | {"speaker": f"article-{row['source_id']}"}
        | row
        for place, row in enumerate(rows)
    ]
    made = pd.DataFrame(new)[frame.columns].astype(frame.dtypes)
    reported = record.reported | {"claims": pd.concat([frame, made], ignore_index=True)}
    return Record(reported, scenario(parameters(reported), {"sources": f"{A['source_id']}, {B['source_id']}"}))


def found(record: Record, rows: Rows) -> dict[str, set[str]]:
    """The kinds of flag on made-up claims, each with the made-up claims that it names."""
    table = flags(added(record, rows))
    kinds: dict[str, set[str]] = {}
    for row in table[table["claims"].str.contains("made-up")].itertuples():
        kinds.setdefault(row.kind, set()).update(c for c in row.claims.split("; ") if c.startswith("made-up"))
    return kinds


CASES: dict[str, tuple[str, Rows, Rows]] = {
    "parts over the total": (
        "parts_and_totals",
        [A | {"value": 100.0}, A | {"value": 70.0} | IN_SYRIA, A | {"value": 35.0} | IN_IRAQ],
        [A | {"value": 105.0}, A | {"value": 70.0} | IN_SYRIA, A | {"value": 35.0} | IN_IRAQ],
    ),
    "more dead and back than ever left": (
        "parts_and_totals",
        [A | {"value": 500.0, "measure": "departed"}, A | {"value": 340.0}, A | RETURNED | {"value": 220.0}],
        [A | {"value": 900.0, "measure": "departed"}, A | {"value": 340.0}, A | RETURNED | {"value": 220.0}],
    ),
    "parts that leave a small rest": (
        "parts_and_totals",
        [A | {"value": 110.0}, A | {"value": 70.0} | IN_SYRIA, A | {"value": 35.0} | IN_IRAQ],
        [A | {"value": 400.0}, A | {"value": 70.0} | IN_SYRIA, A | {"value": 35.0} | IN_IRAQ],
    ),
    "shares of one whole that exceed it": (
        "parts_and_totals",
        [A | SHARE | {"value": v, "origin": o} for v, o in ((0.5, "fes"), (0.4, "sale"), (0.3, "tangier"))],
        [A | SHARE | {"value": v, "origin": o} for v, o in ((0.5, "fes"), (0.4, "sale"), (0.1, "tangier"))],
    ),
    "one count of one speaker under a later date": (
        "two_dates",
        [A | EARLY | {"value": 440.0}, A | LATE | {"value": 440.0}],
        [A | EARLY | {"value": 440.0}, A | EARLY | {"value": 440.0}],
    ),
    "one statement under a later date elsewhere": (
        "two_dates",
        [A | EARLY | {"value": 440.0, "family": "made-up"}, B | LATE | {"value": 440.0, "family": "made-up"}],
        [A | EARLY | {"value": 440.0, "family": "made-up"}, B | LATE | {"value": 450.0, "family": "made-up"}],
    ),
    "one share under two windows": (
        "two_dates",
        [s | SHARE | {"value": 0.37, "family": "made-up", "period": p} for s, p in ((A, "2014"), (B, "2016"))],
        [s | SHARE | {"value": 0.37, "family": "made-up", "period": "2014"} for s in (A, B)],
    ),
    "a rare number of two kinds of persons": (
        "two_populations",
        [A | EARLY | {"value": 437.0}, B | LATE | {"value": 437.0, "population": "moroccan_men"}],
        [A | EARLY | {"value": 437.0}, B | LATE | {"value": 438.0, "population": "moroccan_men"}],
    ),
    "the dead of the north as those of the country": (
        "two_populations",
        [
            s | SHARE | {"value": 0.37, "family": "made-up", "origin": o}
            for s, o in ((A, "morocco"), (B, "northern_morocco"))
        ],
        [s | SHARE | {"value": 0.37, "family": "made-up", "origin": "northern_morocco"} for s in (A, B)],
    ),
    "one number dead and back": (
        "two_measures",
        [A | {"value": 440.0}, A | RETURNED | {"value": 440.0}],
        [A | {"value": 440.0}, A | RETURNED | {"value": 441.0}],
    ),
    "swapped parts": (
        "swapped_parts",
        [s | m | {"value": v} for (s, m), v in zip(PARTS, (340.0, 220.0, 220.0, 340.0), strict=True)],
        [s | m | {"value": v} for (s, m), v in zip(PARTS, (340.0, 220.0, 340.0, 220.0), strict=True)],
    ),
    "three parts in a circle": (
        "swapped_parts",
        [s | o | {"value": v} for (s, o), v in zip(TOWNS, (31.0, 22.0, 13.0, 13.0, 31.0, 22.0), strict=True)],
        [s | o | {"value": v} for (s, o), v in zip(TOWNS, (31.0, 22.0, 13.0, 29.0, 24.0, 14.0), strict=True)],
    ),
    "a percentage coded as a count": (
        "percentage_as_count",
        [A | {"value": 37.0, "phrase": "approximately 37% of them"}],
        [A | SHARE | {"value": 0.37, "phrase": "approximately 37% of them", "hedge": "about"}],
    ),
    "a fraction coded as a count": (
        "percentage_as_count",
        [A | {"value": 20.0, "phrase": "half of the returnees"}],
        [A | {"value": 20.0, "phrase": "20 in the first half of 2016"}],
    ),
    "a count coded as a percentage": (
        "percentage_as_count",
        [A | SHARE | {"value": 0.37, "phrase": "37 fighters died"}],
        [A | {"value": 37.0, "phrase": "37 fighters died"}],
    ),
    "a percentage printed as persons": (
        "percentage_as_count",
        [A | SHARE | {"value": 0.37, "phrase": "37%"}, A | {"value": 37.0}],
        [A | SHARE | {"value": 0.37, "phrase": "37%"}, A | {"value": 52.0}],
    ),
}
"""Of each kind: the figures that are odd, and the same figures mended."""


@pytest.mark.parametrize("case", CASES)
def test_odd_figures_are_flagged_and_mended_ones_are_not(record: Record, case: str) -> None:
    kind, odd, mended = CASES[case]
    assert found(record, odd)[kind] == {f"made-up.{place}" for place in range(len(odd))}
    assert kind not in found(record, mended)


def test_ordinary_agreement_is_no_flag(record: Record) -> None:
    repeated = [s | {"value": 437.0, "family": "made-up"} for s in (A, B)]
    independent = [A | {"value": 440.0}, B | {"value": 440.0} | LATE]
    small = [A | {"value": 4.0}, A | {"value": 4.0} | LATE, A | RETURNED | {"value": 4.0}]
    assert not found(record, repeated) and not found(record, independent) and not found(record, small)


def test_a_record_without_claims_has_no_flag(record: Record) -> None:
    assert flags(under(record, left_out=", ".join(record.claims["family"].unique()))).empty


def test_the_articles_alone_have_no_flag_and_say_over_which_claims(record: Record) -> None:
    result = claims_analysis.analyse(record)
    finding = next(item for item in result.findings if item.id == "claims.odd")
    assert result.odd.empty and finding.upper == 0
    assert set(finding.claims) == set(record.claims.query("value.notna() and case_id == ''")["claim_id"])


# What a press relay may get wrong, made up over the real rows: each is a copy of a row with one thing changed.


def fed(record: Record, like: str, **changed: object) -> set[str]:
    """The kinds of flag that name a made-up figure, fed in beside all that is published elsewhere."""
    wider = record.reported["wider"]
    row = wider[wider["claim_id"].eq(like)].iloc[0].to_dict()
    row |= {
        "claim_id": "wider.c999",
        "statement": "made-up",
        "family": "wider.c999",
        "ambiguity": "",
        "grade": "B",
    } | changed
    row.setdefault("phrase", f"{row['value']:,.0f}")
    made = pd.DataFrame([row])[wider.columns].astype(wider.dtypes)
    beside = Record(record.reported | {"wider": pd.concat([wider, made], ignore_index=True)}, record.scenario)
    table = flags(under(beside, record="articles+wider"))
    return set(table.loc[table["claims"].str.contains("wider.c999"), "kind"])


def officials(record: Record, **fields: object) -> list[tuple[str, float]]:
    """Official totals of the wider record, as id and number."""
    wider = record.reported["wider"]
    kept = wider["speaker_role"].eq("official") & wider["kind"].eq("cumulative") & wider["hedge"].eq("exact")
    kept &= wider["population"].isin(["moroccan_fighters", "moroccans_joined", "moroccan_returnees"]) & wider[
        "value"
    ].ge(100)
    for field, value in fields.items():
        kept &= wider[field].eq(value)
    return list(wider.loc[kept, ["claim_id", "value"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("factor", [0.4, 2.5])
@pytest.mark.parametrize("measure", ["departed", "killed", "returned"])
def test_a_count_far_from_the_official_series_is_flagged(record: Record, measure: str, factor: float) -> None:
    series = officials(record, measure=measure, group="any", place="morocco" if measure == "returned" else "syria_iraq")
    for like, value in series[1:-1:3]:
        wrong = round(factor * value) + 1.0
        assert fed(record, like, value=wrong, phrase=f"{wrong:,.0f}") & {"contradiction", "far_off"}, (like, wrong)


@pytest.mark.parametrize(
    ("like", "wrong"), [("wider.c056a", 32.0), ("wider.c085b", 15.0), ("wider.c097b", 512.0), ("wider.c078c", 690.0)]
)
def test_a_part_far_from_its_own_series_is_flagged(record: Record, like: str, wrong: float) -> None:
    assert fed(record, like, value=wrong, phrase=f"{wrong:,.0f}") & {"contradiction", "far_off", "parts_and_totals"}


@pytest.mark.parametrize("off", [60.0, -60.0, 150.0])
def test_a_rival_count_of_the_same_date_and_scope_is_flagged(record: Record, off: float) -> None:
    for like, value in (("wider.c060", 553.0), ("wider.c107", 1669.0), ("wider.c133", 239.0)):
        assert "contradiction" in fed(record, like, value=value + off, phrase=f"{value + off:,.0f}")


@pytest.mark.parametrize(
    ("like", "phrase"),
    [
        ("wider.c047a", "deaths rose by 38% in 2016"),
        ("wider.c047d", "8% more deaths, an increase"),
        ("wider.c073c", "departures fell by 17%"),
    ],
)
def test_a_share_turned_into_a_change_is_flagged(record: Record, like: str, phrase: str) -> None:
    assert "share_as_change" in fed(record, like, phrase=phrase)


@pytest.mark.parametrize(
    ("like", "value"), [("wider.c047a", 38.0), ("wider.c047b", 25.0), ("wider.c073b", 58.0), ("wider.c073d", 19.0)]
)
def test_a_share_turned_into_a_count_is_flagged(record: Record, like: str, value: float) -> None:
    count = {"unit": "persons", "kind": "flow", "hedge": "exact", "base": "", "base_n": pd.NA, "phrase": f"{value:g}"}
    assert "percentage_as_count" in fed(record, like, value=value, **count)


@pytest.mark.parametrize(
    ("like", "share", "total"),
    [
        ("wider.c047a", 0.38, 558.0),
        ("wider.c047a", 0.38, 553.0),
        ("wider.c073b", 0.58, 1631.0),
        ("wider.c073d", 0.19, 1622.0),
    ],
)
def test_a_share_of_another_total_is_flagged(record: Record, like: str, share: float, total: float) -> None:
    value = float(round(share * total))
    count = {"unit": "persons", "kind": "flow", "hedge": "exact", "base": "", "base_n": pd.NA, "origin": "morocco"}
    assert "share_of_another" in fed(record, like, value=value, phrase=f"{value:g}", as_of="2017-01", **count)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("wider.c110", "wider.c111"),
        ("wider.c144a", "wider.c145"),
        ("wider.c062", "wider.c063"),
        ("wider.c034b", "wider.c034c"),
    ],
)
def test_parts_exchanged_between_two_wholes_are_flagged(record: Record, one: str, two: str) -> None:
    wider = record.reported["wider"].copy()
    place = wider.set_index("claim_id").index.get_indexer([one, two])
    rows = wider.iloc[place].copy()
    rows["value"] = rows["value"].to_numpy()[::-1]
    rows["phrase"] = rows["phrase"].to_numpy()[::-1]
    rows["claim_id"] = rows["family"] = ["wider.c998", "wider.c999"]
    rows["statement"] = "made-up"
    made = Record(record.reported | {"wider": pd.concat([wider, rows], ignore_index=True)}, record.scenario)
    table = flags(under(made, record="articles+wider"))
    assert "swapped_parts" in set(table.loc[table["claims"].str.contains("wider.c99[89]"), "kind"])


@pytest.mark.parametrize(("year", "most"), [("2015", 60.0), ("2016", 50.0)])
def test_windows_that_exceed_the_window_around_them_are_flagged(record: Record, year: str, most: float) -> None:
    assert fed(record, "wider.c081", period=year, value=most, phrase=f"{most:g} in {year}") & {
        "parts_and_totals",
        "contradiction",
    }


@pytest.mark.parametrize("first", [40.0, 90.0])
def test_windows_that_tile_a_flow_must_make_it_up(record: Record, first: float) -> None:
    flow = A | {"kind": "flow", "measure": "arrested_terrorism", "population": "terrorism_suspects", "place": "morocco"}
    rows = [flow | {"value": v, "period": p} for v, p in ((100.0, "2015/2016"), (first, "2015"), (45.0, "2016"))]
    assert "parts_and_totals" in found(record, rows)
    rows[1] |= {"value": 55.0}
    assert "parts_and_totals" not in found(record, rows)


@pytest.mark.parametrize(
    ("like", "value", "changed"),
    [
        (
            "wider.c086",
            1631.0 - 558 - 211,
            {"measure": "fighting", "population": "moroccans_joined", "as_of": "2017-05"},
        ),
        (
            "wider.c086",
            1666.0 - 643 - 239,
            {"measure": "present", "population": "moroccans_joined", "as_of": "2018-11"},
        ),
        ("wider.c110", 1669.0 - 391, {"population": "moroccan_men", "as_of": "2017-11-10"}),
        ("wider.c070", 643.0 - 558, {"period": "2018", "as_of": "2018-11", "value": 85.0}),
    ],
)
def test_a_remainder_of_other_figures_is_flagged(
    record: Record, like: str, value: float, changed: dict[str, object]
) -> None:
    new = {"hedge": "exact", "value": value, "phrase": f"{value:,.0f}"} | changed
    if value < 100:  # common numbers are no sign
        assert "remainder" not in fed(record, like, **new)
    else:
        assert "remainder" in fed(record, like, **new)


@pytest.mark.parametrize(
    "words", ["in addition to 284 women", "plus 284 women", "333 minors, besides", "as well as 333 minors"]
)
def test_beside_as_the_opposite_of_including_is_flagged(record: Record, words: str) -> None:
    assert "inside_or_beside" in fed(record, "wider.c092a" if "284" in words else "wider.c091a", phrase=words)


@pytest.mark.parametrize(("total", "day"), [(1631.0 + 284 + 333, "2017-05"), (1669.0 + 293 + 391, "2017-11")])
def test_a_total_with_its_parts_added_again_is_flagged(record: Record, total: float, day: str) -> None:
    assert "added_twice" in fed(record, "wider.c107", value=total, phrase=f"{total:,.0f}", as_of=day)


@pytest.mark.parametrize(
    "like",
    ["wider.c061", "wider.c107", "wider.c109", "wider.c133", "wider.c134", "wider.c110", "wider.c113", "wider.c036"],
)
def test_a_correct_figure_that_is_printed_again_is_no_alarm(record: Record, like: str) -> None:
    wider = record.reported["wider"].set_index("claim_id")
    before = flags(under(record, record="articles+wider"))
    there = set(before.loc[before["claims"].str.contains(like), "kind"])
    assert fed(record, like, family=wider.loc[like, "family"], phrase=wider.loc[like, "phrase"]) <= there


def test_a_figure_between_two_official_ones_is_no_alarm(record: Record) -> None:
    for like, value, day in (
        ("wider.c060", 556.0, "2017-01"),
        ("wider.c133", 227.0, "2018-05"),
        ("wider.c107", 1664.0, "2018-03"),
    ):
        assert not fed(record, like, value=value, phrase=f"{value:,.0f}", as_of=day, period="")


def test_contradictions_name_both_figures_and_how_far_they_are_apart(record: Record) -> None:
    pairs = {(pair.part, pair.whole): pair for pair in contradictions(under(record, record="articles+wider"))}
    pair = pairs["raseef22-2017-03.c27", "wider.c078a"]
    assert (pair.gap, pair.relation) == (601 - 558, "earlier")
    rival = pairs["raseef22-2017-03.c04", "raseef22-2017-03.c03"]
    assert (rival.gap, rival.relation) == (250 - 199, "same")
    assert ("wider.c100", "wider.c011b") not in pairs, "274 in 2016/17 and 128 in 2014 are no rivals"
