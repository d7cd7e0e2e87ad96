"""Whether the installation and each connection do their work: what is wrong, in sentences that say what to do.

finding     one thing that is wrong
known       what is known of a connection, read once
usual       how many calls it usually has
of_*        those who look: a function each, of a connection's Known or of the moment, one file for each subject
report      all of them; the page, the API, the command and the alarms read it
waiting     jobs that are due
"""
