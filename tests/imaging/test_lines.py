import pytest
import torch

from mindscan.core.key import Key
from mindscan.imaging.lines import along, band, decode, encode, lines

CPU = torch.device("cpu")


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_matrix_acts_on_its_axis_alone(axis: int) -> None:
    image = torch.randn((3, 4, 5), generator=Key(1).generator())
    matrix = torch.randn((7, image.shape[axis]), generator=Key(2).generator())
    expected = torch.tensordot(matrix, image, ([1], [axis])).movedim(0, axis)
    torch.testing.assert_close(along(image, matrix, axis), expected)
    turned = along(image.to(torch.complex64), matrix.to(torch.complex64) * 1j, axis)
    torch.testing.assert_close(turned, expected * 1j)
    torch.testing.assert_close(along(image, matrix * 1j, axis), expected * 1j)
    torch.testing.assert_close(along(image * 1j, matrix, axis), expected * 1j)


@pytest.mark.parametrize("count", [1, 8, 9])
def test_all_lines_give_the_image_back(count: int) -> None:
    numbers = lines(count, CPU)
    whole = decode(numbers, count) @ encode(numbers, count)
    torch.testing.assert_close(whole, torch.eye(count).to(torch.complex64), atol=1e-5, rtol=0)


def test_lines_are_the_fourier_transform() -> None:
    signal = torch.randn(16, generator=Key(3).generator())
    ours = encode(lines(16, CPU), 16) @ signal.to(torch.complex64)
    torch.testing.assert_close(ours.abs(), torch.fft.fftshift(torch.fft.fft(signal)).abs() / 16)


def test_interpolation_through_k_space_is_exact_for_a_wave() -> None:
    place = (torch.arange(9) + 0.5) / 9
    fine = (torch.arange(36) + 0.5) / 36
    matrix = band(36, 9, torch.ones(9))
    torch.testing.assert_close(
        matrix @ torch.cos(6.2831853 * 3 * place + 1), torch.cos(6.2831853 * 3 * fine + 1), atol=1e-5, rtol=0
    )
