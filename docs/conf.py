"""How Sphinx makes web pages of this folder (`make docs`)."""

from importlib.metadata import version as installed

project = "mindscan"
author = "The makers of mindscan"
copyright = f"2026, {author}"
version = release = installed("mindscan")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {
    "description": "Synthetic brain MRI, every voxel labelled exactly",
    "page_width": "1180px",
}
html_show_sourcelink = False
autodoc_member_order = "bysource"
autodoc_typehints = "description"
napoleon_google_docstring = True
