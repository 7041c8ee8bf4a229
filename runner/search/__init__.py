"""Search: the space that is typed, samplers that draw settings from it, and what becomes of them."""
