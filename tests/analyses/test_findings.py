"""What the analyses must reach by computing, under each reading, and what holds of every finding."""

import json
from collections.abc import Iterable
from hashlib import sha256
from importlib import import_module
from types import ModuleType, SimpleNamespace

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.analyses import claims as evidence
from analysis.analyses import deaths_by_year, pathways, returnees_and_arrests
from analysis.analyses.finding import Finding, made_once
from analysis.evidence import paths
from analysis.evidence.record import Record
from analysis.evidence.scenario import Parameter

from ..held import Held

NAMES = ("deaths_by_year", "returnees_and_arrests", "pathways", "accounting", "wider_record", "sensitivity", "claims")
ANALYSES = {name: import_module(f"analysis.analyses.{name}").analyse for name in NAMES}


def under(read: Record, **choices: object) -> Record:
    return read.under(read.scenario.with_choices(**choices))


@pytest.mark.parametrize(("reading", "named", "left"), [("each", 0.88, 0.12), ("together", 0.63, 0.37)])
def test_printed_years_and_what_they_leave(record: Record, reading: str, named: float, left: float) -> None:
    shares = deaths_by_year.analyse(under(record, shares_2014_2015=reading)).shares
    assert shares["printed"].iloc[1:].sum() == pytest.approx(named) and shares["printed"].iloc[0] == pytest.approx(left)
    assert shares["lower"].sum() <= 1 <= shares["upper"].sum()


def test_shares_of_a_northern_sample_are_not_applied_to_all_the_dead(record: Record) -> None:
    assert not deaths_by_year.analyse(record).persons["allowed"].any()
    allowed = deaths_by_year.analyse(under(record, shares_base="all_moroccan_dead")).persons
    assert list(allowed["lower"]) == [70, 151, 151, 226] and allowed["upper"].isna().all()


def test_the_sample_of_48_gives_whole_numbers_of_dead(record: Record) -> None:
    sampling = deaths_by_year.analyse(record).sampling
    assert list(sampling["deaths_lower"]) == [6, 12, 12, 18] and sampling["deaths_lower"].sum() == 48
    assert (sampling["exact_lower"] < sampling["deaths_lower"] / 48).all()


def test_more_than_half_against_more_than_600(record: Record) -> None:
    verdict = lambda **choices: set(deaths_by_year.analyse(under(record, **choices)).halves["verdict"])
    assert "cannot both hold" not in verdict()
    assert "cannot both hold" in verdict(deaths_total="600_to_699")


def test_no_returned_claim_is_comparable_with_an_arrested_claim(record: Record) -> None:
    result = returnees_and_arrests.analyse(record)
    assert len(result.pairs) == len(result.returned) * len(result.arrested)
    assert (result.pairs["comparable"] == result.pairs["reasons"].eq("")).all()
    gaps = result.every.set_index(["returned_claim", "arrested_claim"])[["gap_lower", "gap_upper"]]
    assert list(gaps.loc[("raseef22-2017-03.c03", "mwn-2018-12.c07")]) == [128, 128]
    assert list(gaps.loc[("raseef22-2017-03.c04", "mwn-2018-12.c07")]) == [179, 279]


def test_1631_cannot_be_a_stock_beside_the_other_claims(record: Record) -> None:
    sets = lambda **choices: set(evidence.contradictions(under(record, **choices))["claims"])
    assert sets() == {"raseef22-2017-03.c03; raseef22-2017-03.c04"}
    stock = sets(count_1631="present_stock") - sets()
    assert stock and all("mwn-2017-07.c02" in ids and "mwn-2018-12.c01" in ids for ids in stock)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=2, max_size=60))
def test_alpha_agrees_with_the_krippendorff_package(units: list[tuple[int, int]]) -> None:
    data = np.array(units).T
    if data.min() == data.max():
        return
    both, one = int((data.sum(0) == 2).sum()), int((data.sum(0) == 1).sum())
    ours = pathways.alpha(np.array(float(both)), np.array(float(one)), np.array(float(len(units) - both - one)))
    assert float(ours) == pytest.approx(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))


def told(findings: Iterable[Finding]) -> list[str]:
    end = lambda value: "open" if value is None else f"{value:.6g}"
    return [f"{found.id}: {found.answer} [{end(found.lower)}, {end(found.upper)}] {found.unit}" for found in findings]


def tables(result: object) -> list[str]:
    """The tables of an analysis: the columns and length of each, and a fingerprint of all that it holds."""
    lines = []
    for name, table in vars(result).items():
        if isinstance(table, pd.DataFrame):
            held = sha256(table.to_csv(float_format="%.6g").encode()).hexdigest()[:12]
            lines.append(f"{name}: {len(table)} rows of {', '.join(map(str, table.columns))}: {held}")
    return lines


@pytest.mark.parametrize("name", [name for name in ANALYSES if name != "sensitivity"])  # which has its own grid
def test_an_analysis_of_any_one_source_is_whole(record: Record, answers: Held, name: str) -> None:
    for source in record.sources["source_id"]:
        chosen = under(record, sources=source)
        findings = ANALYSES[name](chosen).findings
        there = set(under(chosen, record="articles+wider").claims["claim_id"])
        assert all(set(finding.claims) <= there for finding in findings)
        answers.check(f"{name} of {source}", told(findings))
    answers.check(f"{name} of all", tables(made_once(record, ANALYSES[name])))


QUICK = (deaths_by_year, returnees_and_arrests, pathways)


def others(parameter: Parameter) -> list[object]:
    """What else may be chosen than the default; of a number none at all, of many each alone; to leave out, nothing."""
    if parameter.optional:
        return []
    return [0.0] if parameter.number else [value for value in parameter.values if value != parameter.default]


@pytest.mark.parametrize("analysis", QUICK, ids=lambda analysis: analysis.__name__.rpartition(".")[2])
def test_what_another_choice_changes_is_held(record: Record, answers: Held, analysis: ModuleType) -> None:
    usual = told(analysis.analyse(record).findings)
    for parameter in record.scenario.parameters:
        if parameter.name in set(record.parameters_of(analysis)) - {"sources"}:
            for value in others(parameter):
                changed = told(analysis.analyse(under(record, **{parameter.name: value})).findings)
                name = f"{analysis.__name__.rpartition('.')[2]} under {parameter.name}={value}"
                answers.check(name, [line for line in changed if line not in usual])


def test_so_many_flags_are_told_in_sentences_and_more_by_their_claims(record: Record) -> None:
    claim = record.claims["claim_id"].iloc[0]
    for count in (evidence.TOLD, evidence.TOLD + 1):
        odd = pd.DataFrame({"kind": "swapped_parts", "sentence": "Odd.", "claims": claim}, index=range(count))
        told = evidence._flag_finding(record, odd).answer.split(f": swapped parts {count}. ")[1]
        few = " ".join(["Odd."] * count), f"Claims: {' | '.join([claim] * count)}."
        assert told == few[count > evidence.TOLD]


def test_codings_of_one_statement_are_paired_once_by_their_value_and_hedge() -> None:
    columns = ["coding_id", "coder", "char_start", "char_end", "value", "hedge"]
    rows = [
        ("a1", "a", 0, 10, 5.0, "exact"),
        ("b1", "b", 2, 8, None, "exact"),
        ("b2", "b", 2, 8, 5.0, "about"),
        ("b3", "b", 2, 8, 5.0, "exact"),
        ("a2", "a", 3, 9, None, "vague"),
        ("b4", "b", 20, 30, None, "vague"),
        ("a3", "a", 25, 35, None, "vague"),
        ("a4", "a", 26, 28, -1.0, "vague"),
        ("a5", "a", 40, 50, None, "vague"),
        ("b5", "b", 40, 50, 1.0, "vague"),
        ("b6", "b", 40, 50, None, "vague"),
    ]
    fields = dict.fromkeys(["measure", "kind", "population", "modality", "role"], "x")
    codings = pd.DataFrame(rows, columns=columns).astype({"value": "Float64"})
    made = pathways._claim_fields(SimpleNamespace(codings=codings.assign(unit_type="claim", source_id="s", **fields)))
    told = {field: (agree, of) for field, agree, of in made[["field", "agree", "of"]].itertuples(index=False)}
    assert told["statement"] == (4, 7) and told["value"] == (4, 4) and told["hedge"] == (3, 4)


def test_where_all_codes_are_firm_none_is_named(record: Record) -> None:
    firm = pathways.analyse(record).reliability.assign(alpha=1.0, alpha_lower=1.0)
    (finding,) = pathways._reliability_finding(firm, record)
    assert finding.answer == f"{len(firm)} of {len(firm)} codes hold above 0.667 over the whole interval of alpha."


def test_figures_have_their_data_and_alt_text() -> None:
    drawn = sorted(paths.FIGURES.glob("*.svg"))
    assert len(drawn) == 32
    for path in drawn:
        alt = path.with_suffix(".txt").read_text(encoding="utf-8").strip()
        assert len(alt) > 40 and "aria-label" in path.read_text(encoding="utf-8")
        assert len(pd.read_csv(path.with_suffix(".csv"))) and path.with_suffix(".png").stat().st_size > 1000


def test_measures_form_a_tree() -> None:
    measures = pd.read_csv(paths.CURATED / "measures.csv", keep_default_na=False).set_index("measure")["part_of"]
    for name in measures.index:
        seen = []
        while name:
            assert name not in seen, json.dumps(seen)
            seen.append(name)
            name = measures[name]
