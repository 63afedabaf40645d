import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindscan.core.errors import SettingsError
from mindscan.dataset import layout

words = st.text("abcXYZ0123456789", min_size=1, max_size=8)
suffixes = st.lists(st.sampled_from(["T1w", "T2w", "FLAIR"]), min_size=1, max_size=12)


def paths_of(subject: str, names: list[str]) -> list[layout.PurePosixPath]:
    pictures = [*layout.scans(subject, names), layout.labels(subject), layout.parcels(subject)]
    pictures += [layout.fraction(subject, tissue) for tissue in layout.TISSUES_KEPT]
    tables = [layout.landmarks(subject), layout.volumes(subject)]
    tables += [layout.points(subject)]
    described = [*pictures, *tables]
    documents = [layout.card(subject), layout.recipe(subject), layout.parcel_table(subject)]
    return [*described, *map(layout.sidecar, described), *documents]


@given(words, suffixes)
@settings(deadline=None, max_examples=50)
def test_all_paths_of_a_subject_differ_and_stay_in_its_two_folders(subject: str, names: list[str]) -> None:
    paths = paths_of(subject, names)
    assert len(set(paths)) == len(paths)
    homes = (f"sub-{subject}/anat", f"derivatives/mindscan/sub-{subject}/anat")
    assert {str(path.parent) for path in paths} == set(homes)
    assert len({path.name for path in paths}) == len(paths)


@given(words, suffixes)
@settings(deadline=None, max_examples=50)
def test_names_are_entities_then_a_suffix_then_an_extension(subject: str, names: list[str]) -> None:
    pattern = re.compile(
        rf"sub-{subject}(_run-[0-9]+|_label-[A-Z]+|_seg-parcels)?_[A-Za-z0-9]+\.(nii\.gz|json|tsv)"
    )
    assert all(pattern.fullmatch(path.name) for path in paths_of(subject, names))


@given(words, suffixes)
@settings(deadline=None, max_examples=50)
def test_scans_keep_their_order_and_suffix(subject: str, names: list[str]) -> None:
    assert [layout.suffix_of(path) for path in layout.scans(subject, names)] == names


def test_x_rays_have_folders_and_names_of_their_own() -> None:
    names = ["CT", "XR-AP", "XR-lateral", "XR-AP", "T1w"]
    pictures = layout.scans("1", names)
    assert [str(path) for path in pictures] == [
        "sub-1/ct/sub-1_ct.nii.gz",
        "sub-1/xr/sub-1_acq-AP_run-1_xr.nii.gz",
        "sub-1/xr/sub-1_acq-lateral_xr.nii.gz",
        "sub-1/xr/sub-1_acq-AP_run-2_xr.nii.gz",
        "sub-1/anat/sub-1_T1w.nii.gz",
    ]
    assert [layout.suffix_of(path) for path in pictures] == names
    assert [layout.is_projection(path) for path in pictures] == [False, True, True, True, False]
    assert layout.places("1", pictures[3]).name == "sub-1_acq-AP_run-2_landmarks.tsv"
    assert layout.preview(pictures[2]).name == "sub-1_acq-lateral_xr.png"


@given(words)
@settings(deadline=None, max_examples=50)
def test_a_subject_is_found_again_by_its_recipe(subject: str) -> None:
    assert layout.subject_of(layout.recipe(subject).name) == subject
    assert layout.recipe(subject).match(layout.RECIPES)


@given(words, words)
@settings(deadline=None, max_examples=50)
def test_two_subjects_share_no_file(one: str, two: str) -> None:
    shared = set(paths_of(one, ["T1w"])) & set(paths_of(two, ["T1w"]))
    assert bool(shared) == (one == two)


@pytest.mark.parametrize("subject", ["", "a-b", "a_b", "../x", "a/b", "é", "a.b", "a\n"])
def test_other_ids_are_refused(subject: str) -> None:
    with pytest.raises(SettingsError, match="letters and digits"):
        layout.folder(subject)


def test_other_suffixes_are_refused() -> None:
    with pytest.raises(SettingsError, match="suffix 'T1_w'"):
        layout.scans("001", ["T1_w"])


def test_uri_knows_both_data_sets() -> None:
    assert layout.uri(layout.recipe("1")) == "bids:mindscan:sub-1/anat/sub-1_recipe.json"
    assert layout.uri(layout.recipe("1"), "") == "bids::sub-1/anat/sub-1_recipe.json"
    assert layout.uri(layout.scans("1", ["T1w"])[0], "raw") == "bids:raw:sub-1/anat/sub-1_T1w.nii.gz"
