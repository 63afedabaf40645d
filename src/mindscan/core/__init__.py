"""The nouns, the keys, the errors. Imports nothing above it."""
