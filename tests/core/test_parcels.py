from mindscan.core.labels import BY_ID, BY_NAME
from mindscan.core.parcels import PARCEL_BY_ID, PARCELS, PER_SIDE, first_id, row_of


def test_both_sides_have_the_same_parcels_mirrored() -> None:
    assert PER_SIDE == 150
    left, right = PARCELS[:PER_SIDE], PARCELS[PER_SIDE:]
    for one, other in zip(left, right, strict=True):
        assert (one.side, other.side) == ("L", "R")
        assert one.name.replace("-lh-", "-rh-") == other.name
        assert (one.gyrus, one.network, one.colour) == (other.gyrus, other.network, other.colour)
        x, y, z = other.centre_mm
        assert one.centre_mm == (-x, y, z)
        assert x >= 0


def test_ids_and_names_are_unique_and_clash_with_no_label() -> None:
    assert len(PARCEL_BY_ID) == len(PARCELS) == len({parcel.name for parcel in PARCELS})
    assert not set(PARCEL_BY_ID) & set(BY_ID)
    assert not {parcel.name for parcel in PARCELS} & set(BY_NAME)
    assert max(PARCEL_BY_ID) < 2**15
    assert [PARCEL_BY_ID[first_id(side)].side for side in ("L", "R")] == ["L", "R"]


def test_every_lobe_and_network_is_there() -> None:
    gyri = {parcel.gyrus for parcel in PARCELS}
    assert {"precentral", "postcentral", "superiortemporal", "insula", "pericalcarine", "precuneus"} <= gyri
    assert len(gyri) == 33
    assert len({parcel.network for parcel in PARCELS}) == 14
    front = [p.centre_mm[1] for p in PARCELS if p.gyrus == "frontalpole"]
    back = [p.centre_mm[1] for p in PARCELS if p.gyrus == "pericalcarine"]
    assert min(front) > 50 > -50 > max(back)


def test_a_voxel_value_finds_its_row() -> None:
    assert row_of(17) is BY_ID[17]
    assert row_of(first_id("L")) is PARCELS[0]
    assert row_of(9999) is None
