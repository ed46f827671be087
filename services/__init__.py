"""One folder per process, each thin."""
