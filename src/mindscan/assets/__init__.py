"""A user's own label maps: read, judged, carried to the template and kept."""
