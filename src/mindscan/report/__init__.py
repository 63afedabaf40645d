"""Pictures, pages and words about a data set."""
