"""The door for people with a browser, and for machines that watch."""
