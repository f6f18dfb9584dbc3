"""Parts of an update: polling of the sources, evaluation, announcements and listeners."""
