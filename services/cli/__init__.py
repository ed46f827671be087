"""The command line: the composition root, which may start every process."""
