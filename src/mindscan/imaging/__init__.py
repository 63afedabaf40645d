"""From a labelled head and physical settings to an image."""
