"""What the product does, without Flask and without HTTP."""
