"""From a few physical parameters to a labelled head on any grid."""
