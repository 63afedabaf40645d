"""Scans of any BIDS data set made ready to learn from, and to share: one derivative, one page that judges it."""
