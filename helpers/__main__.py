"""`python -m helpers`: the same as `workshop`."""

import sys

from helpers.cli import main

sys.exit(main())
