"""The command line: every command parses its words here and calls a function in `flows.commands` or `flows.runs`."""

from flows.cli.app import main as main
