"""`python -m shibie`."""

from shibie.cli import main

if __name__ == "__main__":
    main()
