"""`python -m rtlvr` is `rtlvr`."""

import sys

from rtlvr.cli import main

if __name__ == "__main__":
    sys.exit(main())
