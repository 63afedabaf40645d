"""Files and columns that stand on disk only where somebody has a condition."""

from mindscan.dataset.layout import Columns

LESION_MASK, LESION_TABLE, LOAD_TABLE = "seg-lesions_dseg.nii.gz", "lesions.tsv", "loads.tsv"
"""How the names of these files end: lesions by number, what is known of each, loads of every parcel."""

ABOUT_LESIONS = "Number of the lesion that each voxel is labelled as, 0 elsewhere; see lesions.tsv"

CONDITION_COLUMNS: Columns = {
    "severity": {"Description": "How bad the (first) condition is, from just above 0 to 1"},
    "fazekas_periventricular": {
        "Description": "Fazekas grade of white-matter hyperintensities around the ventricles",
        "Levels": {"0": "none", "1": "caps or pencil-thin lining", "2": "smooth halo", "3": "irregular"},
    },
    "fazekas_deep": {
        "Description": "Fazekas grade of white-matter hyperintensities in the deep white matter",
        "Levels": {"0": "none", "1": "points", "2": "beginning to flow together", "3": "large areas"},
    },
    "lesion_count": {"Description": "Number of plaques of multiple sclerosis asked for"},
    "lesion_load_ml": {"Description": "Volume of these plaques", "Units": "mL"},
    "dementia_stage": {"Description": "Stage of dementia, from 0 (none) to 1 (the end)"},
    "atrophy_pattern": {
        "Description": "Where atrophy is strongest",
        "Levels": {
            "typical": "hippocampus and association cortex",
            "limbic": "hippocampus",
            "hippocampal-sparing": "association cortex",
            "frontal-dominant": "frontal lobes",
            "frontotemporal": "frontal lobes and front of the temporal lobes",
            "temporal-dominant": "temporal lobes, the right one more",
            "temporofrontoparietal": "temporal lobes, middle of the frontal lobes and parietal lobes",
            "frontal-perisylvian": "frontal lobes, insula and temporal lobes",
        },
    },
    "evans_index": {
        "Description": "Largest width of the frontal horns over the largest inner width of the skull"
    },
    "infarct_territory": {"Description": "Side and artery whose territory is infarcted"},
    "infarct_ml": {"Description": "Volume of the infarct", "Units": "mL"},
    "infarct_age_days": {"Description": "Time since the stroke", "Units": "day"},
    "haematoma_site": {"Description": "Side and place of the bleeding"},
    "haematoma_mm": {"Description": "Largest thickness of the blood between skull and brain", "Units": "mm"},
    "haematoma_ml": {"Description": "Volume of the blood", "Units": "mL"},
    "haematoma_age_days": {"Description": "Time since the bleeding", "Units": "day"},
    "modified_fisher": {
        "Description": "Modified Fisher grade of the subarachnoid haemorrhage",
        "Levels": {
            "1": "thin, none in the ventricles",
            "2": "thin, and in the ventricles",
            "3": "thick, none in the ventricles",
            "4": "thick, and in the ventricles",
        },
    },
    "ventricular_blood_ml": {"Description": "Volume of the blood in the ventricles", "Units": "mL"},
    "tumour_grade": {"Description": "Grade of the glioma, World Health Organization"},
    "tumour_site": {"Description": "Side and lobe of the glioma, side and site of the meningioma"},
    "tumour_ml": {"Description": "Volume of all tumours with their necrosis, without oedema", "Units": "mL"},
    "metastases": {"Description": "Number of metastases"},
    "lacunes": {"Description": "Number of lacunes"},
    "pvs_basal_ganglia": {
        "Description": "Grade of perivascular spaces of the basal ganglia: how many are seen at once",
        "Levels": {"0": "none", "1": "1 to 10", "2": "11 to 20", "3": "21 to 40", "4": "more than 40"},
    },
    "pvs_centrum_semiovale": {
        "Description": "Grade of perivascular spaces of the centrum semiovale",
        "Levels": {"0": "none", "1": "1 to 10", "2": "11 to 20", "3": "21 to 40", "4": "more than 40"},
    },
    "microbleeds": {"Description": "Number of microbleeds"},
    "microbleed_pattern": {
        "Description": "Where microbleeds lie",
        "Levels": {
            "lobar": "in the cortex and under it",
            "deep": "in basal ganglia, thalamus, brainstem and cerebellum",
            "mixed": "in both",
        },
    },
    "siderosis_form": {
        "Description": "Where superficial siderosis lies",
        "Levels": {
            "cortical": "in sulci of the convexity",
            "infratentorial": "over cerebellum and brainstem, and from there to fissures of the cerebrum",
        },
    },
    "siderosis_sulci": {"Description": "Number of sulci that the cortical form lines"},
    "midline_shift_mm": {"Description": "How far the septum pellucidum is pushed aside", "Units": "mm"},
    "wider_ventricle": {
        "Description": "The lateral ventricle that is wider than the other",
        "Levels": {"L": "left", "R": "right"},
    },
    "ventricle_ratio": {"Description": "Volume of the wider lateral ventricle over that of the other"},
    "cavum_width_mm": {"Description": "Largest width of the cavum septi pellucidi", "Units": "mm"},
    "callosum_missing": {"Description": "Share of the length of the corpus callosum that has not formed"},
    "ventricle_widening": {"Description": "Volume of each lateral ventricle over what it would be without"},
    "cyst_site": {"Description": "Side and place of the arachnoid cyst"},
    "cyst_ml": {"Description": "Volume of the arachnoid cyst", "Units": "mL"},
    "tonsil_descent_mm": {
        "Description": "How far the cerebellar tonsils reach below the line from basion to opisthion",
        "Units": "mm",
    },
}
"""Columns of the participants table that stand there only where somebody has such a condition."""

LESION_COLUMNS: Columns = {
    "id": {"Description": "Number of the lesion in seg-lesions_dseg.nii.gz"},
    "condition": {"Description": "Condition that brings it"},
    "label": {"Description": "Name of its label in dseg.tsv"},
    "x": {"Description": "Middle of its volume to the right (RAS+)", "Units": "mm"},
    "y": {"Description": "Middle of its volume to the front (RAS+)", "Units": "mm"},
    "z": {"Description": "Middle of its volume upwards (RAS+)", "Units": "mm"},
    "volume_ml": {"Description": "Volume, partial volume counted", "Units": "mL"},
    "grade": {"Description": "Kind or grade"},
    "structure": {"Description": "FreeSurfer name of the structure that most of it takes the place of"},
    "parcel": {"Description": "Cortical parcel that its middle belongs to"},
}

LOAD_COLUMNS: Columns = {
    "index": {"Description": "Number of the parcel"},
    "name": {"Description": "Name of the parcel"},
    "amyloid": {"Description": "Amyloid, from 0 (none) to 1 (as much as there ever is)"},
    "tau": {"Description": "Tau, from 0 (none) to 1 (as much as there ever is)"},
    "atrophy": {
        "Description": "Share of cortex that these imply is lost; the whole cortex has lost their mean"
    },
}
