"""What is made of one scan: in place, on its scale, and undone by what was written."""

import json
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
import torch

from heads import found, head
from mindscan.core.errors import SettingsError
from mindscan.core.volume import Volume
from mindscan.dataset.nifti import nifti_bytes, read_nifti
from mindscan.prepare import bias, scan
from mindscan.prepare.itk import read_tfm, resampled
from mindscan.prepare.names import Names
from mindscan.prepare.scan import Settings, files_of

NAMES = Names.of(PurePosixPath("sub-1/anat/sub-1_T1w.nii.gz"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scan, `sub-1_T1w.nii.gz`, and all that is made of it."""
    out = tmp_path_factory.mktemp("made")
    source = out / "sub-1_T1w.nii.gz"
    source.write_bytes(nifti_bytes(head()[0], "scan"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "inside", lambda given: found())
        files = files_of(source, NAMES, "bids:raw:x", Settings(voxel_mm=3, deface=True))
    assert list(files)[-1] == NAMES.sidecar
    for name, content in files.items():
        (out / name.name).write_bytes(content)
    return out


def read(folder: Path, name: PurePosixPath) -> Volume:
    """A volume that was written."""
    return read_nifti(folder / name.name)


def test_everything_lies_on_the_grid_of_the_template(made: Path) -> None:
    ready, mask = read(made, NAMES.prepared), read(made, NAMES.prepared_mask)
    assert ready.grid.shape == mask.grid.shape
    np.testing.assert_array_equal(ready.affine[:3, :3], np.eye(3) * 3)
    inside = ready.data[mask.data > 0]
    assert abs(float(inside.mean())) < 0.1
    assert 0.75 < float(inside.std()) < 1.05  # voxels of 3 mm blur


def test_the_steps_can_be_undone(made: Path) -> None:
    """Back on the scan's grid, with the bias field: what the scan was, but for the blur of resampling."""
    told = json.loads((made / NAMES.sidecar.name).read_text())
    grey = next(step for step in told["Steps"] if step["Step"] == "intensity")
    original, ready = read_nifti(made / "sub-1_T1w.nii.gz"), read(made, NAMES.prepared)
    to_scan = read_tfm(made / NAMES.transform("affine").name)
    back = resampled(ready, original.grid, np.linalg.inv(to_scan)).data * grey["Unit"] + grey["Shift"]
    back = back * bias.spread(read(made, NAMES.bias), original)
    brain = read(made, NAMES.mask).data > 0
    ours, theirs = back[brain].numpy(), original.data[brain].numpy()
    assert np.corrcoef(ours, theirs)[0, 1] > 0.9
    assert abs(ours.mean() / theirs.mean() - 1) < 0.02
    assert told["Scan"]["Shape"] == list(original.grid.shape)
    np.testing.assert_allclose(told["Scan"]["Affine"], original.affine)


def test_the_prepared_scan_and_the_defaced_one_have_no_face(made: Path) -> None:
    defaced, face = read(made, NAMES.defaced), read(made, NAMES.face).data > 0
    original = read_nifti(made / "sub-1_T1w.nii.gz")
    assert torch.equal(defaced.data[~face], original.data[~face])
    assert not torch.equal(defaced.data, original.data)
    ready = read(made, NAMES.prepared)
    gone = resampled(
        Volume(face, original.affine),
        ready.grid,
        read_tfm(made / NAMES.transform("affine").name),
        nearest=True,
    )
    deep = torch.nn.functional.avg_pool3d(gone.data[None], 3, 1, 1)[0] > 0.99
    brain = ready.data[read(made, NAMES.prepared_mask).data > 0]
    assert float(ready.data[deep].max()) < float(brain.quantile(0.05))


def test_the_sidecar_tells_every_step_and_its_file(made: Path) -> None:
    told = json.loads((made / NAMES.sidecar.name).read_text())
    steps = [step["Step"] for step in told["Steps"]]
    assert steps == [
        "brain mask", "bias field", "registration", "face", "intensity", "orientation and resampling",
    ]  # fmt: skip
    for step in told["Steps"]:
        for name in step.get("Files", [step["File"]] if "File" in step else []):
            assert (made / name).exists()
    assert told["Scan"]["Orientation"] == "RAS"
    assert told["Defaced"] is True
    assert told["Quality"]["overlap"] > 0.9


@pytest.mark.parametrize("wrong", [{"voxel_mm": 0.1}, {"voxel_mm": 20}, {"normalise": "best"}, {"deep": 1}])
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        Settings.parse(wrong)
