"""Synthetic brain imaging that people can train on and share."""
