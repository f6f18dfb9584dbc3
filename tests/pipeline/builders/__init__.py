"""Short ways to build what services report, of one film and one series that most tests are about."""
