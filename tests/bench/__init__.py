"""How long things take. `script/bench` runs these; they are no tests and nothing collects them."""
