"""Why a card came, or did not, in words that say what to change."""

from telephony.cards.trace.calls import trace_of
from telephony.cards.trace.silence import Question, answer
from telephony.cards.trace.steps import CallTrace, PersonTrace, Step

__all__ = ["CallTrace", "PersonTrace", "Question", "Step", "answer", "trace_of"]
