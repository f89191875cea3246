"""Pages of the knowledge base: for readers, beside the ticket form, for writers."""
