"""White matter over the lifespan: it relaxes fastest in middle age, slower in childhood and in old age."""

from __future__ import annotations

PEAK_YEARS = 40.0
"""Age at which white matter relaxes fastest; constants of the tissue table are of this age.

Yeatman 2014, doi:10.1038/ncomms5932: R1 of every tract is a parabola of age from 7 to 85 years, which falls
after its peak as it rose before. T1 is shortest in the fourth to sixth decade, in white matter first: Steen
1997, PMID 9408134. The same for R2, which Wang 2012, doi:10.1371/journal.pone.0031907, measured, is an own
choice.
"""

FALL = 0.03
"""Share of R1 and R2 that white matter has not yet at 8 years, and no longer at 72: own choice, as much
as the spread of grey over white matter in real T1-weighted scans of 18 to 96 years (0.655 +- 0.018)
leaves room for."""

YEARS = (8.0, 85.0)
"""Ages that are known; younger and older people are as these (own choice)."""

_FALL_YEARS = 32.0


def myelination(age_years: float) -> float:
    """R1 and R2 of white matter at some age, relative to those at `PEAK_YEARS`.

    Args:
        age_years: 0 to 120.

    Example:
        >>> [round(myelination(age), 3) for age in (8, 20, 40, 72, 85)]
        [0.97, 0.988, 1.0, 0.97, 0.941]
    """
    known = min(max(age_years, YEARS[0]), YEARS[1])
    return 1 - FALL * ((known - PEAK_YEARS) / _FALL_YEARS) ** 2
