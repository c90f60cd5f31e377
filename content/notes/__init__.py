"""Notes: what people recommend, what others say of it, and the topics and products it is about."""

from content.notes.records import Comment, Media, NewTag, Note, NoteCard, ProductTag, Topic

__all__ = ["Comment", "Media", "NewTag", "Note", "NoteCard", "ProductTag", "Topic"]
