"""The door for operators: `flask …`."""
