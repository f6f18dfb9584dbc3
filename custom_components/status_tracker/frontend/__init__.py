"""The card and what it needs from Home Assistant: its file, its posters, its subscription."""
