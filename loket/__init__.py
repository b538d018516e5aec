"""The processes: configuration, the turn, the work behind it, the web application and the command line."""
