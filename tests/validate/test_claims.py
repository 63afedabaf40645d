from mindscan.validate.claims import all_hold, largest_off, near, row


def test_a_row_holds_within_its_range() -> None:
    assert [row("x", value, 0, 1)["holds"] for value in (-0.1, 0, 1, 1.1, float("nan"))] == [
        False,
        True,
        True,
        False,
        False,
    ]
    assert near("x", 4.0, 5.0, 1.0)["holds"]


def test_a_claim_names_what_fails() -> None:
    rows = [row("one", 1, 0, 2), row("two", 3, 0, 2), row("three", 9, 0, 2)]
    claim = all_hold("All", rows, "largest 9")
    assert claim.found == "1 of 3; largest 9; not two, three"
    assert not claim.holds
    assert all_hold("All", rows[:1]).holds


def test_nothing_measured_is_no_claim() -> None:
    assert not all_hold("None", []).holds


def test_many_that_fail_are_counted() -> None:
    assert (
        all_hold("All", [row(str(n), 3, 0, 2) for n in range(6)]).found == "0 of 6; not 0, 1, 2, 3 and 2 more"
    )


def test_the_largest_deviation() -> None:
    rows = [near("a", 104.0, 100.0, 5.0), near("b", 9.0, 10.0, 1.0), row("c", 0.5, 0, 1)]
    assert largest_off(rows) == 4.0
    assert largest_off(rows[:2], relative=True) == 0.1
    assert largest_off(rows[2:]) == 0.5


def test_rows_without_a_verdict_bear_no_claim() -> None:
    open_row = {**row("open", 7, 0, 2), "low": None, "high": None, "source": None, "holds": None}
    assert all_hold("All", [row("one", 1, 0, 2), open_row]).found == "1 of 1; 1 without a reference"
    assert not all_hold("All", [open_row]).holds
