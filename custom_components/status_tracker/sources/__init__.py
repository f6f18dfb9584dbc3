"""Ask and listen: one file a service; whatever it learns leaves as evidence."""
