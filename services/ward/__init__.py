"""The wards' people and systems: the JSON API and the feed."""
