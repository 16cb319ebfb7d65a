"""What a launch costs, measured beside a floor that does the least that any tool must do."""
