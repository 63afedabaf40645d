"""What one can ask of a scan, answered by networks that were trained on made heads alone."""
