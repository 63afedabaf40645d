"""Who is in two data sets is found by name and by copies of images, however they are stored."""

from collections.abc import Generator
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from mindscan.catalogue.index import Step
from mindscan.core.errors import SettingsError
from mindscan.release.apart import Shared, refuse_shared, shared
from release import people


def found(steps: Generator[Step, None, list[Shared]]) -> list[Shared]:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return list(end.value)


@pytest.fixture
def both(tmp_path: Path) -> tuple[Path, Path]:
    one = people.write(tmp_path / "one", {f"sub-{n}": () for n in range(4)}, "")
    other = people.write(tmp_path / "other", {f"sub-x{n}": () for n in range(4)}, "")
    return one, other


def test_nobody(both: tuple[Path, Path]) -> None:
    assert found(shared(*both)) == []
    assert found(shared(both[0], both[0])) == []
    refuse_shared(*both, [])
    with pytest.raises(SettingsError, match="share 1"):
        refuse_shared(*both, [Shared("sub-1", "sub-x1", "")])


def test_a_copy_in_another_order_unit_and_type(both: tuple[Path, Path]) -> None:
    one, other = both
    plain = nib.Nifti1Image((people.voxels("sub-2") * 0.01 + 3).astype(np.float32), np.diag([2.0, 2, 2, 1]))
    turned = plain.as_reoriented(np.array([[2, -1], [0, 1], [1, -1]]))
    (other / "sub-x1" / "ses-a" / "anat").mkdir(parents=True)
    nib.save(turned, other / "sub-x1" / "ses-a" / "anat" / "sub-x1_ses-a_T1w.nii")
    ((mine, theirs, by),) = found(shared(one, other))
    assert (mine, theirs) == ("sub-2", "sub-x1")
    assert by == "sub-2/anat/sub-2_T1w.nii.gz is sub-x1/ses-a/anat/sub-x1_ses-a_T1w.nii"


def test_names(both: tuple[Path, Path]) -> None:
    one, other = both
    people.scan(other, "sub-3", of="somebody else")
    assert found(shared(one, other)) == [Shared("sub-3", "sub-3", "they have one name")]
    assert found(shared(one, other, names=False)) == []


def test_somebody_twice_in_one_data_set(both: tuple[Path, Path]) -> None:
    one, _ = both
    people.scan(one, "sub-9", of="sub-1")
    assert [(a, b) for a, b, _ in found(shared(one, one))] == [("sub-1", "sub-9")]
