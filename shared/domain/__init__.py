"""Facts by aggregate: what can be said, and what is refused; pure, without I/O or a clock."""
