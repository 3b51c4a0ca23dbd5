"""Forms of the network: units, posts and duties, calendar."""
