"""`python -m helpers`: the same as `workshop`, and `setup`, which makes the environment for it."""

import sys

if sys.argv[1:2] == ["setup"]:
    from helpers import setup

    sys.exit(setup.main(sys.argv[2:]))

from helpers.cli import main

sys.exit(main())
