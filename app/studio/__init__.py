"""The outside: Canvas Studio and its public API."""
