"""What stands behind the commands: one function a command, and what it prints."""
