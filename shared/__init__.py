"""The library every process stands on."""
