"""Contacts from a file: read, understood, looked at by a person, done row by row by a worker, and undone.

reading/    bytes to lines of cells: delimited text, workbooks, cards (vCard), tables of web pages
layout      which line names the columns; heads and columns what each column means
cells, drafts   a row as the contact that it describes, with what is wrong in it
matching    who is known already, and which rows are a question
uploading, choices, report   what a person sees and says before the start
running, applying, undoing   the rows' way into the CRM, and back
"""
