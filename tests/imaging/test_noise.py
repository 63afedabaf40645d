import torch

from mindscan.core.key import Key
from mindscan.imaging.noise import add_rician


def test_no_noise_leaves_the_magnitude() -> None:
    signal = torch.linspace(-5, 5, 27).reshape(3, 3, 3)
    torch.testing.assert_close(add_rician(signal.clone(), 0.0, Key(1)), signal.abs())


def test_the_image_is_overwritten_and_finite() -> None:
    image = torch.full((60, 60, 60), 100.0)
    noisy = add_rician(image, 30.0, Key(1))
    assert noisy.data_ptr() == image.data_ptr()
    assert bool(noisy.isfinite().all())
    assert float(noisy.min()) >= 0


def test_the_same_key_gives_the_same_bits_and_another_key_others() -> None:
    one, again, other = (add_rician(torch.zeros(20, 20, 20), 1.0, Key(seed)) for seed in (1, 1, 2))
    assert one.equal(again)
    assert not one.equal(other)


def test_neighbours_are_independent() -> None:
    noise = add_rician(torch.zeros(40, 60, 80), 1.0, Key(3))
    for axis in range(3):
        size = noise.shape[axis] - 1
        pair = torch.stack([noise.narrow(axis, 0, size).flatten(), noise.narrow(axis, 1, size).flatten()])
        assert abs(float(torch.corrcoef(pair)[0, 1])) < 0.01
