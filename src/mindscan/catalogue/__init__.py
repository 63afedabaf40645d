"""Any BIDS data set as tables that can be asked."""
