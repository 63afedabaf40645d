import base64
import io

import numpy as np
import torch
from PIL import Image

from mindscan.core.volume import Volume
from mindscan.validate import pictures
from validate.brains import made


def read(source: str) -> np.ndarray:
    head, _, content = source.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))).convert("RGB"))


def test_three_planes_show_the_brain() -> None:
    picture = read(pictures.three_planes(made(1, "F", 40)))
    assert picture.shape[1] > 2 * picture.shape[0]
    for third in np.array_split(picture, 3, axis=1):
        assert (third == (205, 62, 78)).all(-1).mean() > 0.05


def test_an_offence_is_bright() -> None:
    data = np.full((60, 60, 60), 24, np.int16)
    data[20:40, 20:40, 20:40] = 2
    data[30:33, 30:33, 40:42] = 12
    labels = Volume(torch.from_numpy(data), np.eye(4))
    picture = read(pictures.offence(labels, "contacts", "CSF | Putamen"))
    assert (picture == pictures.MARK).all(-1).sum() > 20
    data[5:7, 5:7, 5:7] = 2
    assert (
        (read(pictures.offence(labels, "pieces", "Left-Cerebral-White-Matter")) == pictures.MARK)
        .all(-1)
        .any()
    )
