"""Pages that need nothing beside them, from templates and plain values."""
