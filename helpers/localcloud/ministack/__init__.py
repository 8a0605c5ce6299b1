"""The one room that touches MiniStack."""
