"""The PBX's side of a vendor: what its simulator is made of (telephony/simulator/README.md).

A `ScriptedCall` tells what happens in one call and knows no vendor. A vendor's `SimulatedPbx` turns it
into the messages that its PBX would send, says what of it they can carry (`expected`), judges our answers
as that PBX would, and serves the PBX's own API.
"""

from __future__ import annotations

from telephony.vendors.simulated.journal import CallJournal
from telephony.vendors.simulated.pbx import (
    ApiAnswer,
    ApiRequest,
    AudioFormat,
    Fault,
    Message,
    Order,
    RecordingFile,
    SimulatedPbx,
    complaint_about_contact,
)
from telephony.vendors.simulated.script import (
    Employee,
    Expected,
    ExpectedLeg,
    Scenario,
    ScriptedCall,
    Step,
    StepKind,
    everything,
)

__all__ = [
    "ApiAnswer",
    "ApiRequest",
    "AudioFormat",
    "CallJournal",
    "Employee",
    "Expected",
    "ExpectedLeg",
    "Fault",
    "Message",
    "Order",
    "RecordingFile",
    "Scenario",
    "ScriptedCall",
    "SimulatedPbx",
    "Step",
    "StepKind",
    "complaint_about_contact",
    "everything",
]
