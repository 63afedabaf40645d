"""Scans of any BIDS data set made ready to learn from and to share, and a page that judges them."""
