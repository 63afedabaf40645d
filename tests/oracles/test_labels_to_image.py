"""Our random contrast against TorchIO's RandomLabelsToImage, both told the same levels."""

import pytest
import torch
import torchio

from mindscan.core.brain import Brain
from mindscan.core.key import Key
from mindscan.core.person import Person
from mindscan.core.volume import Grid, Volume
from mindscan.imaging.scanner import MRI, draw, scan

IDS = [2, 3, 4, 10, 17]


def test_means_and_spreads_of_structures_agree() -> None:
    grid = Grid.centred((40, 40, 40), (1.0, 1.0, 1.0))
    numbers = (torch.arange(40) // 8)[:, None, None].expand(grid.shape)
    labels = torch.tensor(IDS, dtype=torch.int16)[numbers]
    plain = {"bias_sd": 0.0, "psf_fwhm_mm": 0.0, "snr": 1e7, "texture_mm": 1.0}
    drawn = draw("random", Key(3), Person(age_years=40, sex="F"))
    settings = MRI.parse({**drawn.model_dump(), **plain})
    ours = scan(Brain.from_labels(Volume(labels, grid.affine)), settings, Key(1)).volume.data
    names = ["Cerebral-White-Matter", "Cerebral-Cortex", "Lateral-Ventricle", "Thalamus", "Hippocampus"]
    levels = [settings.levels()[name] for name in names]
    subject = torchio.Subject(label=torchio.LabelMap(tensor=numbers[None].int()))
    peer = torchio.RandomLabelsToImage(
        label_key="label",
        used_labels=list(range(len(IDS))),
        mean=[(mean, mean) for mean, _ in levels],
        std=[(sd, sd) for _, sd in levels],
    )
    before = torch.get_rng_state()
    torch.set_rng_state(Key(2).generator().get_state())
    theirs = peer(subject)["image_from_labels"].data[0]
    torch.set_rng_state(before)
    for label in IDS:
        inside = labels == label
        assert float(ours[inside].mean()) == pytest.approx(float(theirs[inside].mean()), rel=0.02)
        assert float(ours[inside].std()) == pytest.approx(float(theirs[inside].std()), rel=0.1)
