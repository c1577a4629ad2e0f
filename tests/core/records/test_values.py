"""From any text a file may hold to the one text a record keeps."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmdesk.core.records.catalogue import (
    OptionDefinition,
    PipelineDefinition,
    PropertyDefinition,
    StageDefinition,
    load_catalogue,
)
from crmdesk.core.records.choices import Owner, StageFinder, find_stage
from crmdesk.core.records.conversion import converter, is_canonical
from crmdesk.core.records.dates import DateOrder, detect_date_order
from crmdesk.core.records.display import DisplayOptions, display
from crmdesk.core.records.multi import MultiValue
from crmdesk.core.records.numbers import DecimalMark, is_canonical_number
from crmdesk.core.records.problems import ImportErrorType, ValueProblem
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.core.records.values import (
    ValueContext,
    column_parser,
    parse,
    same_value,
)

COLOURS = (
    OptionDefinition("RED", "Red"),
    OptionDefinition("BLUE", "Blue"),
    OptionDefinition("NAVY", "Dark blue"),
    OptionDefinition("MARINE", "dark Blue"),
    OptionDefinition("PUCE", "Puce", archived=True),
)
OSLO = ZoneInfo("Europe/Oslo")


def _property(value_type, value_format="", options=()):
    return PropertyDefinition(
        "x", "X", PropertyType(value_type), format=PropertyFormat(value_format), options=options
    )


NUMBER = _property("number")
DATE = _property("date")
DATETIME = _property("datetime")
COLOUR = _property("enumeration", options=COLOURS)
COLOURED = _property("multi_enumeration", options=COLOURS)
TEXT = _property("string")


def _problem(text, target, **context):
    with pytest.raises(ValueProblem) as raised:
        parse(text, target, ValueContext(**context))
    return raised.value.error_type


# -- text ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text", [" Ann ", " ", "00042", "=1+1", "a\nb", '"', "100000000000000001", "😀", "é", "\u202e"]
)
@pytest.mark.parametrize("value_type", ["string", "phone"])
def test_free_text_is_kept_exactly_as_given(text, value_type):
    assert parse(text, _property(value_type)) == text


@pytest.mark.parametrize("text", ["a\0b", "half \ud800", "\udfff"])
def test_text_no_file_can_carry_is_refused(text):
    assert _problem(text, TEXT) is ImportErrorType.FAILED_VALIDATION


@pytest.mark.parametrize("value_type", list(PropertyType))
def test_a_blank_cell_is_no_value(value_type):
    assert parse("", _property(value_type, options=COLOURS)) is None


@pytest.mark.parametrize("value_type", [t for t in PropertyType if not t.is_free_text])
def test_spaces_alone_are_blank_where_text_is_not_free(value_type):
    assert parse(" \t", _property(value_type, options=COLOURS)) is None


# -- numbers ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("+1.50", "1.5"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("007", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("1.2E-3", "0.0012"),
        ("100000000000000001", "100000000000000001"),
        ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        ("1,234,567.80", "1234567.8"),
        ("12,34,567", "1234567"),
        ("1 234.5", "1234.5"),
        ("1\u202f234", "1234"),
        ("1'234'567", "1234567"),
        ("£1000", "1000"),
        ("€ 1,000.50", "1000.5"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("5 €", "5"),
        ("  42 ", "42"),
        ("1e399", "1" + "0" * 399),
    ],
)
def test_a_number_becomes_canonical_decimal_text(text, canonical):
    assert parse(text, NUMBER) == canonical
    assert parse(canonical, NUMBER) == canonical
    assert is_canonical(canonical, PropertyType.NUMBER)


@pytest.mark.parametrize(
    "text",
    [
        *("250k", "£3M", "12%", "1,5", "1,23,45", "1.234,56", "1 23", "--1", "1-", "ten"),
        *("NaN", "nan", "Infinity", "-inf", "1e999999999", "1e400", "9" * 401, "0x10", "1_000"),
        *("١٢", "½", "1.2.3", "e5", "£", "££1", "1,", ",1"),
    ],
)
def test_what_only_a_guess_would_read_is_no_number(text):
    assert _problem(text, NUMBER) is ImportErrorType.COULD_NOT_PARSE_NUMBER


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("1.234,50", "1234.5"), ("1,5", "1.5"), ("1.234", "1234"), ("1 234,5", "1234.5"), ("7", "7")],
)
def test_the_comma_can_be_the_decimal_mark(text, canonical):
    assert parse(text, NUMBER, ValueContext(decimal_mark=DecimalMark.COMMA)) == canonical


def test_a_whole_column_obeys_the_decimal_comma_too():
    parser = column_parser(NUMBER, ValueContext(decimal_mark=DecimalMark.COMMA))
    assert parser.parse_many(["1.234", "0,5", ""]) == (["1234", "0.5", None], [])


def test_a_point_that_groups_nothing_is_refused_where_the_comma_is_the_mark():
    assert (
        _problem("1.5", NUMBER, decimal_mark=DecimalMark.COMMA)
        is ImportErrorType.COULD_NOT_PARSE_NUMBER
    )


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_number_keeps_its_value_and_has_one_text(number):
    canonical = parse(str(number), NUMBER)
    assert canonical is not None
    assert Decimal(canonical) == number
    assert is_canonical(canonical, PropertyType.NUMBER)
    assert parse(f"{number:f}00" if "." in f"{number:f}" else str(number), NUMBER) == canonical


# -- dates -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2024-03-12", DateOrder.UNDECIDED),
        ("2024/3/12", DateOrder.UNDECIDED),
        ("2024.03.12", DateOrder.UNDECIDED),
        ("20240312", DateOrder.UNDECIDED),
        ("12/3/2024", DateOrder.DAY_FIRST),
        ("12-03-2024", DateOrder.DAY_FIRST),
        ("12.03.24", DateOrder.DAY_FIRST),
        ("3/12/2024", DateOrder.MONTH_FIRST),
        ("03-12-24", DateOrder.MONTH_FIRST),
        ("24/03/12", DateOrder.YEAR_FIRST),
        ("12 Mar 2024", DateOrder.UNDECIDED),
        ("12-MAR-24", DateOrder.UNDECIDED),
        ("March 12, 2024", DateOrder.UNDECIDED),
        ("2024-Mar-12", DateOrder.UNDECIDED),
        ("12. march 2024", DateOrder.UNDECIDED),
        ("1710201600000", DateOrder.UNDECIDED),
        ("2024-03-12 09:14", DateOrder.UNDECIDED),
        ("2024-03-12T23:30:00Z", DateOrder.UNDECIDED),
    ],
)
def test_a_day_is_read_in_every_form(text, order):
    assert parse(text, DATE, ValueContext(date_order=order)) == "2024-03-12"


@pytest.mark.parametrize(
    "text",
    [
        *("31/02/2024", "2024-13-01", "0000-01-01", "12/3/2024", "today", "12 Foo 2024", "2024-3"),
        *("1710201600", "123", "2024-03-12x", "12/3-2024", "999999999999999", "2024-W10-2x"),
    ],
)
def test_a_day_that_does_not_exist_or_can_be_read_two_ways_is_refused(text):
    assert _problem(text, DATE) is ImportErrorType.COULD_NOT_PARSE_DATE


def test_a_day_of_another_order_is_refused_even_where_it_could_only_mean_one():
    assert (
        _problem("12/31/2024", DATE, date_order=DateOrder.DAY_FIRST)
        is ImportErrorType.COULD_NOT_PARSE_DATE
    )


@pytest.mark.parametrize(("text", "year"), [("1/1/68", "2068"), ("1/1/69", "1969")])
def test_two_digit_years_turn_at_69(text, year):
    assert parse(text, DATE, ValueContext(date_order=DateOrder.DAY_FIRST)) == f"{year}-01-01"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2024-03-12 09:14", "2024-03-12T08:14:00.000Z"),
        ("2024-07-12T09:14:30", "2024-07-12T07:14:30.000Z"),
        ("2024-07-12 09:14:30.1239", "2024-07-12T07:14:30.123Z"),
        ("3/15/2024 2:30 PM", "2024-03-15T13:30:00.000Z"),
        ("3/15/2024, 12:05 a.m.", "2024-03-14T23:05:00.000Z"),
        ("15 Mar 2024 14:30", "2024-03-15T13:30:00.000Z"),
        ("2026-12-01", "2026-11-30T23:00:00.000Z"),
        ("2024-03-12T09:14:00Z", "2024-03-12T09:14:00.000Z"),
        ("2024-03-12T09:14:00+05:30", "2024-03-12T03:44:00.000Z"),
        ("3/12/2024 09:14 UTC", "2024-03-12T09:14:00.000Z"),
        ("3/12/2024 09:14 -0200", "2024-03-12T11:14:00.000Z"),
        ("1710201600000", "2024-03-12T00:00:00.000Z"),
        ("2024-03-12T09:14:00.000Z", "2024-03-12T09:14:00.000Z"),
        ("2024-10-27 02:30", "2024-10-27T00:30:00.000Z"),
        ("2024-03-31 02:30", "2024-03-31T01:30:00.000Z"),
    ],
)
def test_a_moment_is_read_in_the_workspace_zone_and_kept_in_utc(text, canonical):
    context = ValueContext(time_zone=OSLO, date_order=DateOrder.MONTH_FIRST)
    assert parse(text, DATETIME, context) == canonical
    assert parse(canonical, DATETIME, context) == canonical


def test_zones_off_by_half_an_hour_are_read_too():
    context = ValueContext(time_zone=ZoneInfo("Asia/Kolkata"))
    assert parse("2024-03-12 09:14", DATETIME, context) == "2024-03-12T03:44:00.000Z"


@pytest.mark.parametrize(
    "text",
    [
        *("2024-03-12 25:00", "2024-03-12 09:60", "3/12/2024 13:00 PM", "3/12/2024 noon"),
        *("2024-02-30 09:14", "2024-03-12T09:14:00.000X", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_a_moment_that_never_was_is_refused(text):
    context = {"time_zone": OSLO, "date_order": DateOrder.MONTH_FIRST}
    assert _problem(text, DATETIME, **context) is ImportErrorType.COULD_NOT_PARSE_DATE


@given(st.datetimes(), st.sampled_from(["UTC", "Europe/Oslo", "Asia/Kathmandu", "America/Lima"]))
def test_the_fast_road_for_exported_times_reads_what_the_long_one_reads(moment, zone):
    context = ValueContext(time_zone=ZoneInfo(zone))
    text = moment.isoformat(" ", "minutes")
    parser = column_parser(DATETIME, context)
    assert _outcome(parser, text) == _outcome(parser, f"{text}:00.000")


@pytest.mark.parametrize(
    ("samples", "order"),
    [
        (["31/12/2026", "01/02/2026"], DateOrder.DAY_FIRST),
        (["3/15/2024 2:30 PM", "1/2/2024 1:00 AM"], DateOrder.MONTH_FIRST),
        (["24/12/31", "24/13/01"], DateOrder.UNDECIDED),
        (["01/02/2026", "03/04/2026"], DateOrder.UNDECIDED),
        (["31/12/2026", "12/31/2026"], DateOrder.UNDECIDED),
        (["2024-03-12 09:14", "12 Mar 2024", "", "1710201600000"], DateOrder.YEAR_FIRST),
        (["no date", "31.12.26", "30.11.99"], DateOrder.DAY_FIRST),
        ([], DateOrder.YEAR_FIRST),
    ],
)
def test_the_order_of_a_column_is_found_or_left_undecided(samples, order):
    assert detect_date_order(samples) is order


# -- choices ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "value"),
    [("RED", "RED"), ("Red", "RED"), (" rED ", "RED"), ("Dark blue", "NAVY"), ("navy", "NAVY")],
)
def test_a_choice_is_matched_by_value_then_by_label(text, value):
    assert parse(text, COLOUR) == value


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("green", ImportErrorType.INVALID_ENUMERATION_OPTION),
        ("PUCE", ImportErrorType.INVALID_ENUMERATION_OPTION),
        ("DARK BLUE", ImportErrorType.AMBIGUOUS_ENUMERATION_OPTION),
    ],
)
def test_a_choice_that_is_not_there_or_not_clear_is_refused(text, error):
    assert _problem(text, COLOUR) is error


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Red;Blue", "RED;BLUE"),
        ("blue; red ;blue", "BLUE;RED"),
        (";red", ";RED"),
        ("red;", "RED"),
        (";", None),
    ],
)
def test_several_choices_keep_their_order_and_come_once(text, canonical):
    assert parse(text, COLOURED) == canonical


@pytest.mark.parametrize(
    ("text", "current", "after"),
    [
        (";BLUE", "RED", "RED;BLUE"),
        (";RED", "RED;BLUE", "RED;BLUE"),
        (";RED", None, "RED"),
        ("BLUE", "RED", "BLUE"),
    ],
)
def test_a_leading_separator_adds_to_what_is_there(text, current, after):
    assert MultiValue.from_text(text).applied_to(current) == after


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("TRUE", "true"), ("Yes", "true"), ("1", "true"), ("no", "false"), (" 0 ", "false")],
)
def test_yes_and_no_are_read_in_their_usual_forms(text, canonical):
    assert parse(text, _property("bool")) == canonical


def test_a_maybe_is_neither_yes_nor_no():
    assert _problem("maybe", _property("bool")) is ImportErrorType.INVALID_ENUMERATION_OPTION


OWNERS = (
    Owner("1", "ann@example.com", "Ann Lee"),
    Owner("2", "bo@example.com", "Bo Lee"),
    Owner("3", "bo2@example.com", "Bo Lee"),
)


@pytest.mark.parametrize("text", ["1", "ANN@example.com", "ann  lee"])
def test_an_owner_is_found_by_id_email_or_name(text):
    owner = _property("enumeration", "owner")
    assert parse(text, owner, ValueContext(owners=OWNERS)) == "1"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Cy", ImportErrorType.COULD_NOT_FIND_OWNER),
        ("Bo Lee", ImportErrorType.MULTIPLE_OWNERS_FOUND),
    ],
)
def test_an_owner_nobody_knows_or_several_share_is_refused(text, error):
    assert _problem(text, _property("enumeration", "owner"), owners=OWNERS) is error


def test_a_stage_is_found_within_the_pipeline_of_its_record():
    pipelines = load_catalogue().object("deals").pipelines
    assert find_stage("closed won", "default", pipelines) == "closedwon"
    with pytest.raises(ValueProblem, match="record's pipeline"):
        find_stage("Closed Won", "another", pipelines)


def test_stages_of_one_label_are_told_apart_by_the_pipeline():
    new, old = (
        PipelineDefinition(name, name, (StageDefinition(f"{name}1", "Won", None, closed=True),))
        for name in ("new", "old")
    )
    finder = StageFinder([new, old])
    assert finder.find("won", "new") == "new1"
    assert finder.find("won", "old") == "old1"
    assert finder.pipeline_of("old1") == "old"
    with pytest.raises(ValueProblem) as raised:
        finder.find("won", None)
    assert raised.value.error_type is ImportErrorType.AMBIGUOUS_ENUMERATION_OPTION


# -- addresses -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        *("a@example.com", "JOHN@Example.com", "o'brien+x@mail.example.co.uk", "ü@bücher.example"),
        *("a.b_c-d@x-y.org", "x" * 64 + "@example.com"),
    ],
)
def test_an_email_address_is_kept_as_given(text):
    assert parse(f" {text} ", _property("string", "email")) == text


@pytest.mark.parametrize(
    "text",
    [
        *("a", "a@", "@b.com", "a@b", "a b@example.com", "a@@example.com", "a..b@example.com"),
        *(".a@example.com", "a@-x.com", "a@x..com", "Ann <a@example.com>", "a@b.com;c@d.com"),
        *("x" * 65 + "@example.com", "a@" + "x" * 260 + ".com", "a@127.0.0.1", "a\0@example.com"),
    ],
)
def test_what_is_no_email_address_is_refused(text):
    assert _problem(text, _property("string", "email")) is ImportErrorType.INVALID_EMAIL


@pytest.mark.parametrize("text", ["example.com", "www.example.co.uk", "bücher.example"])
def test_a_domain_is_kept_as_given(text):
    assert parse(text, _property("string", "domain")) == text


@pytest.mark.parametrize(
    "text", ["example", "https://example.com", "example.com/path", "a b.com", ".com", "10.0.0.1"]
)
def test_what_is_no_domain_is_refused(text):
    assert _problem(text, _property("string", "domain")) is ImportErrorType.INVALID_DOMAIN


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "abc", "9" * 19])
def test_a_record_id_is_a_whole_number_above_zero(text):
    record_id = _property("number", "record_id")
    assert _problem(text, record_id) is ImportErrorType.INVALID_RECORD_ID
    assert parse(" 42 ", record_id) == "42"


def test_a_problem_never_repeats_the_value():
    for target in (NUMBER, DATE, DATETIME, COLOUR, COLOURED, _property("bool")):
        with pytest.raises(ValueProblem) as raised:
            parse("secret-4711", target)
        assert "4711" not in raised.value.message


@pytest.mark.parametrize("target", [NUMBER, DATE, DATETIME, COLOUR, COLOURED], ids=lambda p: p.type)
@pytest.mark.parametrize(
    "cell", ["1" * 10**6, "1 " * 500_000, "," * 10**6, "1" + " " * 10**6 + "x"], ids=len
)
def test_a_megabyte_in_a_cell_is_refused_at_once(target, cell):
    with pytest.raises(ValueProblem):
        parse(cell, target)


# -- columns ---------------------------------------------------------------------------------
CELLS = ["", "1", "x", " 2 ", "Red", "2024-03-12", "a\0", "a@example.com", "true", "\ud800"]


@pytest.mark.parametrize("value_type", list(PropertyType))
@pytest.mark.parametrize("value_format", ["", "email", "domain", "record_id"])
@settings(max_examples=20)
@given(cells=st.lists(st.sampled_from(CELLS)))
def test_a_column_read_at_once_is_read_as_cell_by_cell(value_type, value_format, cells):
    parser = column_parser(_property(value_type, value_format, COLOURS))
    values, problems = parser.parse_many(cells)
    failed = dict(problems)
    for index, cell in enumerate(cells):
        assert _outcome(parser, cell) == failed.get(index, values[index])


@pytest.mark.parametrize("value_type", list(PropertyType))
@pytest.mark.parametrize("value_format", ["", "email", "domain", "record_id"])
@settings(max_examples=20)
@given(columns=st.lists(st.lists(st.sampled_from(CELLS)), max_size=3))
def test_cells_that_may_stand_are_what_they_would_be_read_as(value_type, value_format, columns):
    parser = column_parser(_property(value_type, value_format, COLOURS))
    for cells in columns:
        if parser.are_canonical(cells):
            assert parser.parse_many(cells) == ([cell or None for cell in cells], [])


@pytest.mark.parametrize("odd", ["", "5", "-0", "1.50", "\n", "7\n8", "+1", "٣", "9" * 401])
def test_rows_of_numbers_stand_where_each_of_their_cells_does(odd: str) -> None:
    parser = column_parser(NUMBER)
    for rows in ([(odd, "1"), ("", "-2.5")], [("1", ""), ("2", odd)], [(odd, odd)]):
        cells = [cell for row in rows for cell in row]
        assert parser.rows_are_canonical(rows) == parser.are_canonical(cells)
        assert parser.are_canonical(cells) == all(
            not cell or is_canonical_number(cell) for cell in cells
        )
    assert parser.rows_are_canonical([])
    assert parser.are_canonical([])


@pytest.mark.parametrize("odd", ["", "2024-02-29", "2023-02-29", "1.2.2024", "\n"])
def test_rows_of_dates_stand_where_each_of_their_cells_does(odd: str) -> None:
    for rows in ([(odd, "2024-02-28"), ("", "2024-01-01")], [("", ""), ("2020-12-31", odd)]):
        cells = [cell for row in rows for cell in row]
        expected = column_parser(DATE).are_canonical(cells)
        assert column_parser(DATE).rows_are_canonical(rows) == expected


def test_exactly_the_numbers_that_are_canonical_stand():
    parser = column_parser(NUMBER)
    for length in range(1, 6):
        for signs in product("015-.\n", repeat=length):
            cell = "".join(signs)
            assert parser.are_canonical(["7", cell, "", "-0.5"]) == is_canonical_number(cell), cell
    for cell in ("+1", "1e3", " 1", "1\0", "\u0661", "9" * 401):
        assert not parser.are_canonical(["7", cell, ""])


def test_canonical_columns_stand_and_learn_new_values():
    assert column_parser(NUMBER).are_canonical(["", "0", "-0.5", "10", "12.25", "9" * 400])
    dates = column_parser(DATE)
    assert dates.are_canonical(["2024-02-29", "", "2024-02-29"])
    assert dates.are_canonical(["2024-02-28", "2024-02-29"])
    assert not dates.are_canonical(["2024-02-29", "2023-02-29"])
    assert not column_parser(COLOUR).are_canonical(["RED", "Red"])


def _outcome(parser, cell):
    try:
        return parser(cell)
    except ValueProblem as problem:
        return problem


# -- equality, conversion, display -----------------------------------------------------------
def test_choices_are_equal_as_sets_and_everything_else_as_text():
    assert same_value("a;b", "b;a;b", PropertyType.MULTI_ENUMERATION)
    assert not same_value("a;b", "a", PropertyType.MULTI_ENUMERATION)
    assert not same_value("a;b", "b;a", PropertyType.STRING)
    assert same_value(None, None, PropertyType.MULTI_ENUMERATION)
    assert not same_value(None, "a", PropertyType.MULTI_ENUMERATION)


@pytest.mark.parametrize(
    ("text", "source", "target", "carried"),
    [
        ("1.5", "number", TEXT, "1.5"),
        ("7", "string", NUMBER, "7"),
        ("2024-03-12", "string", DATE, "2024-03-12"),
        ("2024-03-12", "date", DATETIME, "2024-03-12T00:00:00.000Z"),
        ("2024-03-12T00:00:00.000Z", "datetime", DATE, "2024-03-12"),
        ("RED", "string", COLOUR, "RED"),
        ("RED", "enumeration", COLOURED, "RED"),
        ("RED;BLUE", "multi_enumeration", COLOURED, "RED;BLUE"),
        ("true", "bool", TEXT, "true"),
    ],
)
def test_a_value_is_carried_to_another_type_when_nothing_is_lost(text, source, target, carried):
    assert converter(PropertyType(source), target)(text) == carried


@pytest.mark.parametrize(
    ("text", "source", "target"),
    [
        ("007", "string", NUMBER),
        ("1.0", "string", NUMBER),
        ("12/3/2024", "string", DATE),
        ("2024-03-12T09:14:00.000Z", "datetime", DATE),
        ("RED;BLUE", "multi_enumeration", COLOUR),
        ("yes", "string", _property("bool")),
    ],
)
def test_a_value_that_would_lose_something_is_not_carried(text, source, target):
    with pytest.raises(ValueProblem) as raised:
        converter(PropertyType(source), target)(text)
    assert raised.value.error_type is ImportErrorType.FAILED_VALIDATION


@pytest.mark.parametrize("text", ["Red", "PUCE", "GREEN"])
def test_a_kept_choice_is_matched_by_its_internal_value_alone(text):
    with pytest.raises(ValueProblem) as raised:
        converter(PropertyType.ENUMERATION, COLOUR)(text)
    assert raised.value.error_type is ImportErrorType.INVALID_ENUMERATION_OPTION


@pytest.mark.parametrize(
    ("text", "target", "shown"),
    [
        (None, TEXT, ""),
        ("1234567.5", NUMBER, "1\u202f234\u202f567.5"),
        ("-1234", NUMBER, "-1234"),
        ("12345", _property("number", "record_id"), "12345"),
        ("2024-03-12T08:14:00.000Z", DATETIME, "2024-03-12 09:14"),
        ("true", _property("bool"), "Yes"),
        ("NAVY", COLOUR, "Dark blue"),
        ("RED;GONE", COLOURED, "Red, GONE"),
        ("1", _property("enumeration", "owner"), "Ann Lee"),
    ],
)
def test_values_are_shown_as_people_read_them(text, target, shown):
    options = DisplayOptions(time_zone=OSLO, owners=(("1", "Ann Lee"),))
    assert display(text, target, options) == shown
