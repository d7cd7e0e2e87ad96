"""Tests of the whole project.

Where the environment tells Python to keep no compiled code (PYTHONDONTWRITEBYTECODE), each of the hundreds of
processes that they start would compile the project anew: seconds of CPU instead of one. Here they are kept.
"""

import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
