"""What a data set can cite, and the numbering of references by first use."""

from __future__ import annotations

import re
from collections.abc import Mapping

REFERENCES: Mapping[str, str] = {
    "fonov": "Fonov V, Evans AC, Botteron K, Almli CR, McKinstry RC, Collins DL (2011). Unbiased average "
    "age-appropriate atlases for pediatric studies. NeuroImage 54:313-327. "
    "doi:10.1016/j.neuroimage.2010.07.033",
    "abraham": "Abraham A et al. (2014). Machine learning for neuroimaging with scikit-learn. Frontiers in "
    "Neuroinformatics 8:14. doi:10.3389/fninf.2014.00014",
    "arsigny": "Arsigny V, Commowick O, Pennec X, Ayache N (2006). A log-Euclidean framework for statistics "
    "on diffeomorphisms. MICCAI 2006, LNCS 4190:924-931. doi:10.1007/11866565_113",
    "biswal": "Biswal BB et al. (2010). Toward discovery science of human brain function. Proceedings of the "
    "National Academy of Sciences 107:4734-4739. doi:10.1073/pnas.0911855107",
    "buckner": "Buckner RL et al. (2004). A unified approach for morphometric and functional data analysis "
    "in young, old, and demented adults using automated atlas-based head size normalization. NeuroImage "
    "23:724-738. doi:10.1016/j.neuroimage.2004.06.018",
    "lefevre": "Lefevre J, Mangin JF (2010). A reaction-diffusion model of human brain development. PLoS "
    "Computational Biology 6:e1000749. doi:10.1371/journal.pcbi.1000749",
    "fischl": "Fischl B (2012). FreeSurfer. NeuroImage 62:774-781. doi:10.1016/j.neuroimage.2012.01.021",
    "lau": "Lau JC et al. (2019). A framework for evaluating correspondence between brain images using "
    "anatomical fiducials. Human Brain Mapping 40:4163-4179. doi:10.1002/hbm.24693",
    "taha": "Taha A et al. (2023). Magnetic resonance imaging datasets with anatomical fiducials for quality "
    "control and registration. Scientific Data 10:449. doi:10.1038/s41597-023-02330-9",
    "seitzman": "Seitzman BA et al. (2020). A set of functionally-defined brain regions with improved "
    "representation of the subcortex and cerebellum. NeuroImage 206:116290. "
    "doi:10.1016/j.neuroimage.2019.116290",
    "mugler": "Mugler JP, Brookeman JR (1990). Three-dimensional magnetization-prepared rapid gradient-echo "
    "imaging (3D MP RAGE). Magnetic Resonance in Medicine 15:152-157. doi:10.1002/mrm.1910150117",
    "hahn": "Hahn EL (1950). Spin echoes. Physical Review 80:580-594. doi:10.1103/PhysRev.80.580",
    "hajnal": "Hajnal JV et al. (1992). Use of fluid attenuated inversion recovery (FLAIR) pulse sequences "
    "in MRI of the brain. Journal of Computer Assisted Tomography 16:841-844. "
    "doi:10.1097/00004728-199211000-00001",
    "ernst": "Ernst RR, Anderson WA (1966). Application of Fourier transform spectroscopy to magnetic "
    "resonance. Review of Scientific Instruments 37:93-102. doi:10.1063/1.1719961",
    "weigel": "Weigel M (2015). Extended phase graphs: dephasing, RF pulses, and echoes - pure and simple. "
    "Journal of Magnetic Resonance Imaging 41:266-295. doi:10.1002/jmri.24619",
    "redpath": "Redpath TW, Smith FW (1994). Use of a double inversion recovery pulse sequence to image "
    "selectively grey or white brain matter. British Journal of Radiology 67:1258-1263. "
    "doi:10.1259/0007-1285-67-804-1258",
    "freeman": "Freeman R, Hill HDW (1971). Phase and intensity anomalies in Fourier transform NMR. Journal "
    "of Magnetic Resonance 4:366-383. doi:10.1016/0022-2364(71)90068-3",
    "stejskal": "Stejskal EO, Tanner JE (1965). Spin diffusion measurements: spin echoes in the presence of "
    "a time-dependent field gradient. Journal of Chemical Physics 42:288-292. doi:10.1063/1.1695690",
    "billot": "Billot B et al. (2023). SynthSeg: segmentation of brain MRI scans of any contrast and "
    "resolution without retraining. Medical Image Analysis 86:102789. doi:10.1016/j.media.2023.102789",
    "wright": "Wright PJ et al. (2008). Water proton T1 measurements in brain tissue at 7, 3, and 1.5 T "
    "using IR-EPI, IR-TSE, and MPRAGE: results and optimization. MAGMA 21:121-130. "
    "doi:10.1007/s10334-008-0104-8",
    "stanisz": "Stanisz GJ et al. (2005). T1, T2 relaxation and magnetization transfer in tissue at 3T. "
    "Magnetic Resonance in Medicine 54:507-512. doi:10.1002/mrm.20605",
    "peters": "Peters AM et al. (2007). T2* measurements in human brain at 1.5, 3 and 7 T. Magnetic "
    "Resonance Imaging 25:748-753. doi:10.1016/j.mri.2007.02.014",
    "gudbjartsson": "Gudbjartsson H, Patz S (1995). The Rician distribution of noisy MRI data. Magnetic "
    "Resonance in Medicine 34:910-914. doi:10.1002/mrm.1910340618",
    "elam": "Elam WT, Ravel BD, Sieber JR (2002). A new atomic database for X-ray spectroscopic "
    "calculations. Radiation Physics and Chemistry 63:121-128. doi:10.1016/S0969-806X(01)00227-4",
    "spekpy": "Poludniowski G, Omar A, Bujila R, Andreo P (2021). SpekPy v2.0: a software toolkit for "
    "modeling x-ray tube spectra. Medical Physics 48:3630-3637. doi:10.1002/mp.14945",
    "woodard": "Woodard HQ, White DR (1986). The composition of body tissues. British Journal of Radiology "
    "59:1209-1218. doi:10.1259/0007-1285-59-708-1209",
    "joseph": "Joseph PM (1982). An improved algorithm for reprojecting rays through pixel images. IEEE "
    "Transactions on Medical Imaging 1:192-196. doi:10.1109/TMI.1982.4307572",
    "riederer": "Riederer SJ, Pelc NJ, Chesler DA (1978). The noise power spectrum in computed X-ray "
    "tomography. Physics in Medicine and Biology 23:446-454. doi:10.1088/0031-9155/23/3/008",
    "salmon": "Salmon JK, Moraes MA, Dror RO, Shaw DE (2011). Parallel random numbers: as easy as 1, 2, 3. "
    "SC '11. doi:10.1145/2063384.2063405",
    "gorgolewski": "Gorgolewski KJ et al. (2016). The brain imaging data structure, a format for organizing "
    "and describing outputs of neuroimaging experiments. Scientific Data 3:160044. "
    "doi:10.1038/sdata.2016.44",
    "harris": "Harris CR et al. (2020). Array programming with NumPy. Nature 585:357-362. "
    "doi:10.1038/s41586-020-2649-2",
}
"""Short name to full reference."""

_MARK = re.compile(r"\[@([a-z, @]+)\]")


def numbered(text: str) -> str:
    """A text whose marks such as ``[@fonov]`` or ``[@lau, @taha]`` become numbers, and its reference list.

    Raises:
        KeyError: a mark that stands for no reference.

    Example:
        >>> print(numbered("Echoes [@hahn].").splitlines()[0])
        Echoes [1].
    """
    order: list[str] = []

    def number(match: re.Match[str]) -> str:
        names = [name.strip(" @") for name in match[1].split(",")]
        order.extend(name for name in names if name not in order)
        return f"[{', '.join(str(order.index(name) + 1) for name in names)}]"

    body = _MARK.sub(number, text)
    if not order:
        return body
    entries = "\n".join(f"{n}. {REFERENCES[name]}" for n, name in enumerate(order, 1))
    return f"{body}\n\n## References\n\n{entries}"
