"""What leaves the house: a data set in the forms that other houses want."""
