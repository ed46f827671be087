"""What every page and every API has: errors, credentials, headers, the published schema."""
