"""What a real Rasa needs beside us: an environment of its own, a model of the same data, and a server on loopback."""
