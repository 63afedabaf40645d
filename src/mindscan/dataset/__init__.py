"""The shelf: subjects on disk as a BIDS data set."""
