"""What networks learn from, and how: heads, views of them, networks, training."""
