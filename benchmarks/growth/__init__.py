"""Growth: how time per unit and memory change with records, staff, months of history, engagements and items."""
