"""Many people from one plan and one seed."""
