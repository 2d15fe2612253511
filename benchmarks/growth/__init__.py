"""Growth of time and memory with records, staff, months, engagements and items.

It imports the other measurements and, as they do, the product.
"""
