"""Stands in for 1C: the web services that Mobilon's PBX calls. The only place that imports Spyne.

A request goes views.py (HTTP, credentials) -> vendors/mobilon/envelope.py (the XML, safely) -> services.py (Spyne's
dispatch) -> exchange.py (the answer to SayName; the inbox for everything else) -> answers.py (the answer's XML).
"""
