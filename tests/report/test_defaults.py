"""A default that changes in readings.csv is followed by notebooks and conclusions, or refused at once."""

from analysis.evidence.record import Record
from analysis.report.defaults import not_followed


def test_what_still_rests_on_an_old_default_is_listed(record: Record) -> None:
    assert not [*not_followed(record.reported)]
    readings = record.reported["readings"]
    swapped = readings["default"] ^ readings["ambiguity"].eq("count_1631")
    found = [
        str(problem) for problem in not_followed({**record.reported, "readings": readings.assign(default=swapped)})
    ]
    assert found[0] == (
        "notebooks/4_accounting.ipynb, parameters: found count_1631 = 'cumulative_departures'; "
        "expected 'present_stock', the default in readings.csv. Change one of them."
    )
    assert [line.partition(",")[0] for line in found] == [
        "notebooks/4_accounting.ipynb",
        "notebooks/5_wider_record.ipynb",
        "notebooks/7_claims.ipynb",
        "scenarios.toml",
    ]
    assert "upper_at_most = 'default'; expected a number or a claim" in found[-1]
