"""What `import mindscan` gives."""

import pytest

import mindscan


def test_the_list_of_public_names() -> None:
    assert mindscan.__all__ == [
        "MindscanError",
        "Plan",
        "Recipe",
        "add_asset",
        "cite",
        "draw",
        "from_dicom",
        "landmarks",
        "list_assets",
        "make",
        "make_subject",
        "read_dataset",
        "remove_asset",
        "replay",
        "segment",
        "show",
        "stream",
        "surfaces",
        "take_in",
        "tissue_maps",
        "to_dicom",
        "to_monai",
        "to_torchio",
    ]
    assert dir(mindscan) == mindscan.__all__


@pytest.mark.parametrize("name", mindscan.__all__)
def test_public_name_loads_and_says_what_it_is(name: str) -> None:
    assert getattr(mindscan, name).__doc__


def test_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'brains'"):
        _ = mindscan.brains
