"""Tells the CRM what an Asterisk's calls do, and carries out its orders to call.

Python 3.9 or newer and nothing but its standard library: what stands here runs beside the PBX, far from the CRM.
It knows no states and no meaning. What came of AMI goes on as it came, less what is not on the white list.
"""

VERSION = "1.0"
