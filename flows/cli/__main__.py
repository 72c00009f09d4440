"""`python -m flows.cli`, where the command `tamis` is not on the PATH."""

from flows.cli.app import main

if __name__ == "__main__":
    main()
