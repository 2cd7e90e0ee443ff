"""Parameters are checked on entry, and a reading patches what it names and nothing else."""

import pytest

from analysis.evidence.record import Record
from analysis.evidence.scenario import ParameterError


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ({"shares_2014_2015": "both"}, "Allowed: one of: each, together"),
        ({"shares_2014_2105": "each"}, "Did you mean shares_2014_2015?"),
        ({"about_width": "wide"}, "a number of 0 or more"),
        ({"about_width": True}, "a number of 0 or more"),
        ({"about_width": float("nan")}, "a number of 0 or more"),
        ({"sources": "raseef22"}, "joined by commas"),
        ({"year_2016": 7}, "one of: part_year, full_year"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(record: Record, choice: dict[str, object], told: str) -> None:
    with pytest.raises(ParameterError, match=told.replace("?", r"\?")):
        record.scenario.but(**choice)


def test_a_name_that_papermill_injected_is_refused(record: Record) -> None:
    with pytest.raises(ParameterError, match="no parameter 'shares'"):
        record.with_parameters(
            ["shares_base"], {"shares_base": "all_moroccan_dead", "In": ["", "# Parameters\nshares = 1\n"]}
        )


def test_each_rival_reading_changes_only_the_claims_it_names(record: Record) -> None:
    readings = record.reported["readings"]
    for ambiguity, reading, other in record.rivals(readings["ambiguity"].unique()):
        changed = record.claims.compare(other.claims).index
        named = readings.loc[readings["ambiguity"].eq(ambiguity), "claim_id"]
        assert len(changed) > 0 and set(record.claims.loc[changed, "claim_id"]) <= set(named), reading


def test_sources_can_be_chosen(record: Record) -> None:
    chosen = record.under(record.scenario.but(sources="mwn-2018-12, mwn-2017-07"))
    assert set(chosen.claims["source_id"]) == {"mwn-2017-07", "mwn-2018-12"}
