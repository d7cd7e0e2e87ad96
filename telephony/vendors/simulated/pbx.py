"""The base of a vendor's simulator, and the requests and answers that it deals in."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from telephony.vendors.simulated.journal import CallJournal
from telephony.vendors.simulated.script import Employee, Expected, Scenario, ScriptedCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One HTTP request to the hook's address, `after` seconds from the start of the call."""

    after: float
    label: str
    """A few words for the printed line."""
    method: str = "POST"
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    tail: str = ""
    """Appended to the path of the address, where the PBX does that."""
    asks: bool = False
    """The PBX reads the answer to it."""

    @classmethod
    def json(cls, content: Mapping[str, Any], *, after: float, label: str, **more: Any) -> Message:
        """Of a JSON object."""
        body = json.dumps(content, ensure_ascii=False).encode()
        return cls(after=after, label=label, headers={"Content-Type": "application/json"}, body=body, **more)

    @classmethod
    def get(cls, content: Mapping[str, Any], *, after: float, label: str) -> Message:
        """Of a query."""
        return cls(after=after, label=label, method="GET", query=urlencode(content))

    @classmethod
    def form(cls, content: Mapping[str, str], *, after: float, label: str, **more: Any) -> Message:
        """Of an urlencoded form."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return cls(after=after, label=label, headers=headers, body=urlencode(content).encode(), **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """A request to the PBX's API; `path` is what follows the vendor's own prefix, names of headers in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An accepted order to call."""

    employee: Employee
    number: str
    order_id: str = ""


class Fault(StrEnum):
    """What goes wrong with an order for an employee whose number (or key) ends so."""

    NOT_REGISTERED = "999"
    """The vendor's documented failure."""
    SLOW = "998"
    """The answer comes after 5 seconds."""
    DROPPED = "997"
    """The connection is closed without an answer, but the call is played."""
    UNREADABLE = "996"
    """The vendor's own kind of an answer that can't be read."""
    NO_CALL = "995"
    """The order is accepted, and no call follows."""

    @classmethod
    def of(cls, number_or_key: str) -> Fault | None:
        return next((fault for fault in cls if number_or_key.endswith(fault)), None)


class AudioFormat(StrEnum):
    MP3 = "mp3"
    WAV = "wav"
    G722 = "g722"
    """Raw, without any header: 16 kHz, 64 kbit/s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFile:
    """Which recording to send: the same id gives the same sound."""

    recording_id: str
    seconds: int
    audio_format: AudioFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """The API's answer; with a `recording` its bytes are the body."""

    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    body: bytes = b""
    location: str = ""
    """Where it redirects to."""
    order: Order | None = None
    recording: RecordingFile | None = None

    @classmethod
    def json(cls, value: Any, *, status: int = 200, **more: Any) -> ApiAnswer:
        return cls(status=status, body=json.dumps(value, ensure_ascii=False).encode(), **more)

    @classmethod
    def html(cls, text: str, *, status: int = 200) -> ApiAnswer:
        return cls(status=status, content_type="text/html; charset=utf-8", body=text.encode())

    @classmethod
    def not_found(cls) -> ApiAnswer:
        return cls.html("<html><body><h1>404 Not Found</h1></body></html>", status=404)


class SimulatedPbx(ABC):
    """One account at one PBX."""

    slug: ClassVar[str]
    scenarios: frozenset[Scenario]
    """What its messages can tell; of some PBXs it depends on the variant."""
    example_settings: ClassVar[Mapping[str, str]] = {}
    """What it works with where the connection's settings leave something empty."""
    names_by_key: bool = False
    """Its messages name employees by their keys alone."""
    variants: ClassVar[tuple[str, ...]] = ("default",)
    """Forms in which the PBX sends the same; the first is used unless another is asked for."""

    def __init__(
        self,
        *,
        settings: Mapping[str, Any],
        time_zone: ZoneInfo,
        employees: Sequence[Employee] = (),
        variant: str = "",
        api_url: str = "",
    ) -> None:
        """`settings` are the connection's. `api_url` is where this PBX's API is served; links lead there."""
        if variant and variant not in self.variants:
            raise ValueError(f"{self.slug} has no variant {variant!r}; it has: {', '.join(self.variants)}.")
        self.settings = {**self.example_settings, **{name: value for name, value in settings.items() if value}}
        self.time_zone = time_zone
        self.employees = tuple(employees)
        self.variant = variant or self.variants[0]
        self.named_orders: dict[str, str] = {}
        """By this PBX's own id of an order: what whoever gave it called it."""
        self.api_url = (api_url or f"https://{self.slug}.pbx.example").rstrip("/")
        self.journal = CallJournal()

    @abstractmethod
    def call_id(self, call: ScriptedCall) -> str:
        """The id in the PBX's own form."""

    @abstractmethod
    def messages(self, call: ScriptedCall) -> list[Message]:
        """What the PBX sends of this call, in order of time."""

    @abstractmethod
    def expected(self, call: ScriptedCall) -> Expected:
        """What its messages tell of this call."""

    def complaint(self, message: Message, status: int, body: bytes) -> str:
        """What this PBX finds wrong with our answer; empty if nothing."""
        if status != 200:
            return f"HTTP {status} instead of 200"
        if not message.asks:
            return ""
        try:
            return self.complaint_about(json.loads(body))
        except ValueError:
            return "the answer is no JSON"

    def complaint_about(self, answer: Any) -> str:
        """The same of the JSON in the answer to a message that `asks`."""
        return ""

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """The answer of the PBX's own API."""
        return ApiAnswer.not_found()

    def employee(self, number_or_key: str) -> Employee | None:
        """Whose phone it is; any number is somebody's where no employees were named, and a `Fault`'s always."""
        if number_or_key and (not self.employees or Fault.of(number_or_key)):
            return Employee(extension=number_or_key, key=number_or_key)
        found = (one for one in self.employees if number_or_key and number_or_key in (one.extension, one.key))
        return next(found, None)


def complaint_about_contact(answer: Any, *, pbx: str) -> str:
    """What is wrong with an answer about a contact: texts `contact_name` and `responsible` are right; "" if nothing."""
    if not isinstance(answer, dict) or not all(isinstance(value, str) for value in answer.values()):
        return "the answer is no JSON object of texts"
    unknown = set(answer) - {"contact_name", "responsible"}
    return f"the answer has fields that {pbx} doesn't know: {', '.join(sorted(unknown))}" if unknown else ""
