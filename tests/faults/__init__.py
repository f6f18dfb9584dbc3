"""Every service with everything that can be wrong with it, at set-up, in steady state and in mid-journey."""
