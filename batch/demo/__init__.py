"""A plausible county to try: its people, its catalogue and its service records, all invented."""
