"""``python -m leapgrid`` is the ``leapgrid`` command."""

from leapgrid.cli import main

if __name__ == "__main__":
    main()
