"""One module for each public service; its name is its name in config.yml."""
