"""The Python interface: one call opens a record, its rows are typed, and everything has the name a reader meets."""

import doctest
import subprocess
import sys
from dataclasses import fields
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analysis
from analysis.evidence import record as module
from analysis.evidence import schema
from analysis.evidence.readings import apply_patches, derive, with_dates
from analysis.evidence.record import WIDER_TOO, Record
from analysis.evidence.rows import Case, Claim, Explanation, Row, Stage, claim_rows, link, listed
from analysis.evidence.scenario import ParameterError

KINDS = {Claim: "claims", Explanation: "explanations", Case: "cases", Stage: "stages"}


def test_the_examples_of_the_docstrings_run() -> None:
    assert doctest.testmod(module) == (0, 7)


def test_the_package_offers_the_record_and_loads_nothing_before() -> None:
    code = "import sys, analysis; assert 'pandas' not in sys.modules and 'Record' in dir(analysis); analysis.Record"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert issubclass(analysis.Record, Record)
    with pytest.raises(AttributeError, match="no attribute 'Recrod'"):
        _ = analysis.Recrod


def test_what_is_written_into_a_table_is_in_no_record_opened_later() -> None:
    for name in ("claims", "cases", "speakers"):
        frame = getattr(Record.load(), name)
        frame["mine"] = 1
        assert "mine" not in getattr(Record.load(), name)


def test_a_record_is_opened_under_choices() -> None:
    chosen = Record.load(record="articles+wider", count_1631="present_stock", sources=["mwn-2017-07"], revision=0)
    assert set(chosen.claims["source_id"]) == {"mwn-2017-07", "wider"}
    assert chosen.scenario["count_1631"] == "present_stock" and chosen.scenario["revision"] == 0.0
    with pytest.raises(ParameterError, match="Did you mean count_1631"):
        Record.load(count_1613="present_stock")
    with pytest.raises(ParameterError, match="one of: cumulative_departures, present_stock"):
        Record.load(count_1631="stock")


def test_a_record_says_what_it_holds_and_what_was_chosen(record: Record) -> None:
    assert repr(record).splitlines()[0].startswith("Record of 5 articles (the articles only): ")
    assert repr(record).endswith("Every choice is the default.")
    changed = record.with_choices(count_1631="present_stock", revision=100)
    name, value, question, answer = changed.scenario.changes()[0]
    assert (name, value) == ("count_1631", "present_stock") and question.endswith("?") and answer in repr(changed)
    assert "up to 100 people" in repr(changed) and "<br>" in changed._repr_html_()


def test_dates_are_dates_and_open_ends_are_not_there(record: Record) -> None:
    claims = record.claims.set_index("claim_id")
    row = claims.loc["raseef22-2017-03.c03"]
    assert (row["as_of_first"], row["as_of_last"]) == (pd.Timestamp("2017-03-01"), pd.Timestamp("2017-03-31"))
    assert pd.isna(row["period_first"]) and row["period_last"] == pd.Timestamp("2017-03-31")
    for table in ("claims", "stages", "events", "positions", "sources"):
        dates = [name for name in getattr(record, table) if name.endswith(("_first", "_last"))]
        assert dates and all(getattr(record, table)[name].dtype == "datetime64[s]" for name in dates)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_rows_are_typed_and_show_themselves(record: Record, kind: type[Row]) -> None:
    frame = getattr(record, KINDS[kind])
    rows = record.rows(kind)
    assert len(rows) == len(frame)
    columns = {name for table in schema.TABLES.values() for name in (column.name for column in table.columns)}
    dated = {f"{name}_{end}" for name in columns for end in ("first", "last")}
    assert {field.name for field in fields(kind)} <= columns | dated | {"source", "link", "stages"}
    for row in rows:
        assert row.phrase in str(row) and row.source in str(row) and row.link.startswith("http")
        assert "<strong>" in row._repr_html_() and None not in (row.note, row.phrase)


def test_a_claim_and_a_case_are_found_by_their_ids(record: Record) -> None:
    claim = record.claim("raseef22-2017-03.c03")
    assert (claim.label, claim.value, claim.lower, claim.base_n) == ("BCIJ: 199 returned", 199.0, 199.0, None)
    assert claim.speaker.institution == "BCIJ" and claim.as_of_last == date(2017, 3, 31) and claim.period_first is None
    assert claim.interval == "199 (persons)" and "#:~:text=has%20registered" in claim.link
    case = record.case("magharebia-2014-12.p01")
    assert case.stages[0].stage == "motive" and case.persons == 1 and case.shared is None
    with pytest.raises(KeyError, match="no claims row"):
        record.claim("raseef22-2017-03.c99")
    wide = record.with_choices(record="articles+wider").claim("wider.c002")
    assert wide.char_start is None and wide.source.startswith("Al-Monitor") and "#" not in wide.link


def test_a_link_is_a_web_address_or_nothing() -> None:
    assert link("javascript:alert(1)", "x") == "" == link("")
    assert link("https://a.b/c", "semi-colon; x") == "https://a.b/c#:~:text=semi%2Dcolon%3B%20x"


def test_everything_has_a_name(record: Record) -> None:
    for field, rows in record.reported["codebook"].groupby("field"):
        assert all(record.name(str(field), term) for term in rows["term"])
    assert record.name("base", "departed") == record.name("measure", "departed") == "left"
    assert record.name("speaker", "bcij") == "BCIJ" and record.name("source_id", "mwn-2017-07").endswith("July 2017")
    assert record.name("count_1631", "present_stock") and record.name("question", "policy_works").endswith("?")
    assert record.label("wider.c002") != record.label("raseef22-2017-03.c03") == "BCIJ: 199 returned"
    assert record.label("magharebia-2014-12.p01") == "young man from Casablanca"
    for wrong in (("measure", "none"), ("colour", "red")):
        with pytest.raises(KeyError):
            record.name(*wrong)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_claims_under_any_choice_are_those_derived_afresh(record: Record, data: st.DataObject) -> None:
    """Claims and rows are put together from versions that other scenarios made; here all is derived at once."""
    drawn = {
        parameter.name: data.draw(st.sampled_from(parameter.values))
        for parameter in record.scenario.parameters
        if parameter.values and (not parameter.many or data.draw(st.integers(0, 4)) == 0)
    }
    chosen = record.with_choices(**drawn, about_width=data.draw(st.sampled_from([0.0, 1.0, 2.0])))
    assert claim_rows(chosen).both == listed(afresh(chosen.with_choices(record=WIDER_TOO)))
    pd.testing.assert_frame_equal(chosen.claims, afresh(chosen), check_exact=True)


def afresh(record: Record) -> pd.DataFrame:
    patches, under = record.reported["patches"], record.scenario
    claims = record.both if under["record"] == WIDER_TOO else record.reported["claims"]
    kept = claims["source_id"].isin([*under.chosen("sources"), "wider"]) & ~claims["family"].isin(
        under.chosen("left_out")
    )
    read = [under[name] == reading for name, reading in zip(patches["ambiguity"], patches["reading"], strict=True)]
    claims = apply_patches(claims[kept].reset_index(drop=True), patches[read])
    return with_dates(derive(claims, record.speakers, under["about_width"]))
