"""When and in which order things happen: fetching, flows, settings, the command line, the desk."""

__version__ = "0.1.0"
