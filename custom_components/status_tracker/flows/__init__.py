"""Common parts of the config, options, subentry and reauth flows."""
