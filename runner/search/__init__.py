"""Search: the typed space, samplers that draw settings from it, and how settings are compared and confirmed."""
