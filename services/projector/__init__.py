"""The projector: keeps the answers up to date with the logs."""
