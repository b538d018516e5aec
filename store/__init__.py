"""What is kept: tables, sealed personal data, and the one transaction of a turn."""
