"""What a rehearsal needs of people who are asked something when they dial: nothing, and each question there is."""

from bot.inquiries import Inquiry, Subject, to_fact
from loket.rehearsals import NAME, REFS

LOOKUPS = {"asked": ("", *(to_fact(Inquiry("asked", subject, REFS[0], NAME)) for subject in Subject))}
