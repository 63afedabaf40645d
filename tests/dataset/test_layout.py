import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mindscan.core.errors import SettingsError
from mindscan.dataset import layout, visits

words = st.text("abcXYZ0123456789", min_size=1, max_size=8)
scan_names = st.lists(
    st.builds(
        layout.ScanName,
        st.sampled_from(["T1w", "T2w", "FLAIR", "ADC"]),
        st.sampled_from(["", "tse3t"]),
        st.sampled_from(["", "mag", "phase"]),
    ),
    min_size=1,
    max_size=12,
)
T1W = [layout.ScanName("T1w")]


def paths_of(subject: str, names: list[layout.ScanName]) -> list[layout.PurePosixPath]:
    scans = layout.scans(subject, names)
    pictures = [*scans, layout.labels(subject), layout.parcels(subject)]
    pictures += [layout.shown_labels(subject, scan) for scan in scans]
    pictures += [layout.fraction(subject, tissue) for tissue in layout.TISSUES_KEPT]
    tables = [layout.landmarks(subject), layout.volumes(subject)]
    tables += [layout.points(subject)]
    described = [*pictures, *tables]
    documents = [layout.card(subject), layout.recipe(subject), layout.parcel_table(subject)]
    return [*described, *map(layout.sidecar, described), *documents]


@given(words, scan_names)
@settings(deadline=None, max_examples=50)
def test_all_paths_of_a_subject_differ_and_stay_in_its_folders(
    subject: str, names: list[layout.ScanName]
) -> None:
    paths = paths_of(subject, names)
    assert len(set(paths)) == len(paths)
    kinds = {f"sub-{subject}/{'dwi' if name.suffix == 'ADC' else 'anat'}" for name in names}
    assert {str(path.parent) for path in paths} == {*kinds, f"derivatives/mindscan/sub-{subject}/anat"}
    assert len({path.name for path in paths}) == len(paths)


@given(words, scan_names)
@settings(deadline=None, max_examples=50)
def test_names_are_entities_then_a_suffix_then_an_extension(
    subject: str, names: list[layout.ScanName]
) -> None:
    pattern = re.compile(
        rf"sub-{subject}(_acq-[a-z0-9]+)?(_run-[0-9]+)?(_part-[a-z]+)?(_desc-[A-Za-z0-9]+|_label-[A-Z]+|_seg-parcels)?"
        r"_[A-Za-z0-9]+\.(nii\.gz|json|tsv)"
    )
    assert all(pattern.fullmatch(path.name) for path in paths_of(subject, names))


@given(words, scan_names)
@settings(deadline=None, max_examples=50)
def test_scans_keep_their_order_and_suffix(subject: str, names: list[layout.ScanName]) -> None:
    for path, name in zip(layout.scans(subject, names), names, strict=True):
        assert layout.suffix_of(path) == name.suffix
        assert layout.entity(path, "acq") == name.acq
        assert layout.entity(path, "part") == name.part


def test_x_rays_have_folders_and_names_of_their_own() -> None:
    names = [
        layout.ScanName(*words) for words in (("ct",), ("xr", "ap"), ("xr", "lateral"), ("xr", "ap"), T1W[0])
    ]
    pictures = layout.scans("1", names)
    assert [str(path) for path in pictures] == [
        "sub-1/ct/sub-1_ct.nii.gz",
        "sub-1/xr/sub-1_acq-ap_run-1_xr.nii.gz",
        "sub-1/xr/sub-1_acq-lateral_xr.nii.gz",
        "sub-1/xr/sub-1_acq-ap_run-2_xr.nii.gz",
        "sub-1/anat/sub-1_T1w.nii.gz",
    ]
    assert [layout.is_projection(path) for path in pictures] == [False, True, True, True, False]
    assert layout.places("1", pictures[3]).name == "sub-1_acq-ap_run-2_landmarks.tsv"
    assert layout.preview(pictures[2]).name == "sub-1_acq-lateral_xr.png"


@given(words)
@settings(deadline=None, max_examples=50)
def test_a_subject_is_found_again_by_its_recipe(subject: str) -> None:
    assert layout.subject_of(layout.recipe(subject).name) == subject
    assert layout.recipe(subject).match(layout.RECIPES)


@given(words, words)
@settings(deadline=None, max_examples=50)
def test_a_session_has_a_folder_and_names_of_its_own(person: str, session: str) -> None:
    who = visits.visit(person, session)
    assert (visits.person(who), visits.session(who)) == (person, session)
    assert layout.subject_of(layout.recipe(who).name) == who
    assert layout.recipe(who).match(layout.VISIT_RECIPES)
    picture = layout.scans(who, T1W)[0]
    assert str(picture) == f"sub-{person}/ses-{session}/anat/sub-{person}_ses-{session}_T1w.nii.gz"
    assert layout.shown_labels(who, picture).name == f"sub-{person}_ses-{session}_desc-T1w_dseg.nii.gz"
    assert layout.folder(who) == layout.folder(person)
    assert not set(paths_of(who, T1W)) & set(paths_of(person, T1W))


@given(words, words)
@settings(deadline=None, max_examples=50)
def test_two_subjects_share_no_file(one: str, two: str) -> None:
    shared = set(paths_of(one, T1W)) & set(paths_of(two, T1W))
    assert bool(shared) == (one == two)


@pytest.mark.parametrize(
    "subject", ["", "a-b", "a_b", "../x", "a/b", "é", "a.b", "a\n", "a_ses-", "a_ses-b_c", "_ses-b"]
)
def test_other_ids_are_refused(subject: str) -> None:
    with pytest.raises(SettingsError, match="letters and digits"):
        layout.recipe(subject)


def test_other_suffixes_are_refused() -> None:
    with pytest.raises(SettingsError, match="suffix 'T1_w'"):
        layout.scans("001", [layout.ScanName("T1_w")])


def test_uri_knows_both_data_sets() -> None:
    assert layout.uri(layout.recipe("1")) == "bids:mindscan:sub-1/anat/sub-1_recipe.json"
    assert layout.uri(layout.recipe("1"), "") == "bids::sub-1/anat/sub-1_recipe.json"
    assert layout.uri(layout.scans("1", T1W)[0], "raw") == "bids:raw:sub-1/anat/sub-1_T1w.nii.gz"
