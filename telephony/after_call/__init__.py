"""Rules after a call: what is done by itself when a call of some kind is over.

planning    a follower: which rules fit the call that just ended; a row for each, in the call's transaction
acting      a worker: does what each row says, once; what a CRM does of it is registered in `registry`
mailing     a worker: e-mails to those who are told
trying      what a rule would have done with the last week's calls
selectors   what was done after a call, and who was told
"""
