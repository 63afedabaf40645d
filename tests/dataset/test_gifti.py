import nibabel as nib
import numpy as np
import pytest

from mindscan.core.key import Key
from mindscan.core.surface import CorticalSurface
from mindscan.dataset.gifti import mask_bytes, shape_bytes, surface_bytes


@pytest.fixture
def surface() -> CorticalSurface:
    rng = Key(2).rng()
    white, pial = rng.normal(0, 40, (2, 4, 3)).astype(np.float32)
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]], np.int32)
    numbers = rng.random((2, 4)).astype(np.float32)
    return CorticalSurface(faces, white, pial, numbers[0], numbers[1], numbers[0] > 0.5)


@pytest.mark.parametrize(("side", "structure"), [("left", "CortexLeft"), ("right", "CortexRight")])
def test_a_surface_comes_back_exactly_and_says_what_it_is(surface, side: str, structure: str) -> None:
    for layer in ("white", "pial"):
        image = nib.gifti.GiftiImage.from_bytes(surface_bytes(surface, side, layer))
        points, faces = image.agg_data(("pointset", "triangle"))
        assert points.dtype == np.float32
        assert (points == getattr(surface, layer)).all()
        assert (faces == surface.faces).all()
        assert image.meta["AnatomicalStructurePrimary"] == structure
        assert b"NIFTI_XFORM_SCANNER_ANAT" in surface_bytes(surface, side, layer)
        space = image.get_arrays_from_intent("pointset")[0].coordsys
        assert space.dataspace == space.xformspace == 1  # scanner anatomical
        assert (space.xform == np.eye(4)).all()


def test_numbers_and_masks_come_back_exactly(surface) -> None:
    image = nib.gifti.GiftiImage.from_bytes(shape_bytes(surface.thickness_mm, "left", "thickness"))
    assert (image.agg_data("shape") == surface.thickness_mm).all()
    image = nib.gifti.GiftiImage.from_bytes(mask_bytes(surface.cortex, "left", "cortex"))
    assert (image.agg_data("label") == surface.cortex).all()
    assert image.labeltable.get_labels_as_dict() == {0: "Unknown", 1: "cortex"}


def test_the_same_surface_gives_the_same_bytes(surface) -> None:
    assert surface_bytes(surface, "left", "white") == surface_bytes(surface, "left", "white")
    assert surface_bytes(surface, "left", "white") != surface_bytes(surface, "left", "pial")
