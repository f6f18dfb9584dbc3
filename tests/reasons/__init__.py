"""For every reason a story, and the tests that play them."""
