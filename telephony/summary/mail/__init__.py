"""Reports by e-mail: planned as rows, and sent at most once each.

periods     when a report is due, and which days it tells of
planning    a row for each mail that is due
content     the figures of one mail
message     the mail itself: HTML and plain text
sending     rows worked off; what a kill in the middle means
subscribing rows of subscriptions written
views       the page on which people order reports
"""
