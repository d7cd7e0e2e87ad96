"""python3 -m asterisk_agent CONFIGURATION"""

from .program import main

main()
