from mindscan.validate import contrasts


def test_ratios_come_with_ranges_and_sources() -> None:
    rows = contrasts.rows()
    assert set(rows[0]) == {"name", "measured", "low", "high", "source", "holds"}
    assert all(row["source"] for row in rows)
    assert all(row["holds"] == (row["low"] <= row["measured"] <= row["high"]) for row in rows)
