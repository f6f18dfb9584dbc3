"""What the config, options, subentry and reauth flows share."""
