"""Content: what people say and see."""
