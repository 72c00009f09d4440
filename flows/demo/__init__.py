"""The bundled sample site: an invented French magazine of job profiles, served on loopback."""
