"""Who someone is; what they may do is in the log."""
