"""What PBXs know of their calls: asked for, matched with the calls here, and imported where something is missing.

    queue       a call that needs asking gets a row; a webhook does no more than that
    requests    sends the questions to the PBX; one way to say that no answer came
    asking      works the rows off: one call by its id, or one day's list for all calls that wait for it
    pulling     the day's lists: by schedule, on request, from the command line
    matching    which row of a list is which call here; pure
    comparing   a day's list against the day's calls here
    importing   writes what is missing or differs, through the same events and the same fold as webhooks

Webhooks that come after the list already told of their call find it by calls/listed.py.
Nothing here knows a vendor: what is asked and how the answer is read stands in `Vendor.call_info`.
"""
