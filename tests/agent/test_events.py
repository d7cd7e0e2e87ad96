"""What the agent makes of real calls: batches, signed, with what may leave the network and nothing else."""

from __future__ import annotations

import ast
import base64
import json
import re
import subprocess
import sys
import time
import zipapp
from pathlib import Path
from typing import Any

import pytest

from tests.agent.collector import SECRET, Collector
from tests.agent.fake_ami import FakeAmi, captured
from tests.agent.running import FOLDER, PYTHON, Agent
from tests.vendors.shared_vectors import rows

CALLS = {"in_answered": "in-answered", "in_queue": "in-queue", "in_blind": "in-blind", "out_chanid": "out-callback"}


def without_time(events: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{name: value for name, value in event.items() if name != "at"} for event in events]


@pytest.mark.parametrize("capture", CALLS)
def test_a_real_call_becomes_what_the_table_of_messages_has(
    capture: str, agent: Agent, ami: FakeAmi, collector: Collector
) -> None:
    messages = [row for row in rows("asterisk") if row["id"].startswith(f"asterisk-{CALLS[capture]}-")]
    if not messages:
        pytest.skip("The table of messages lies beside the repository while the project is developed.")
    wanted = [event for message in messages for event in json.loads(message["body"])["events"]]
    agent.start()
    ami.wait_for_login()
    ami.say(captured(capture))
    collector.wait(lambda: len(collector.events()) >= len(wanted))
    assert without_time(collector.events()) == without_time(wanted)


def test_of_all_that_ami_says_little_leaves_the_network(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    agent.start()
    ami.wait_for_login()
    said = captured("in_answered")
    ami.say(said)
    events = collector.wait(lambda: len(collector.events()) >= 9 and collector.events())
    assert [event["Event"] for event in events] == [
        *("Newchannel", "Newchannel", "DialBegin", "DialState", "DialEnd", "Hangup", "Hangup", "Cdr", "CEL"),
    ]
    assert len(said) > 20
    assert not {"Privilege", "AccountCode", "Language", "ChannelState"} & {name for event in events for name in event}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["at"]) for event in events)


def test_without_cel_the_agent_says_when_a_call_is_over(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    agent.start()
    ami.wait_for_login()
    ami.say(block for block in captured("in_blind") if block[0] != ("Event", "CEL"))
    collector.wait(lambda: "CEL" in {event["Event"] for event in collector.events()})
    [*heard, end] = collector.events()
    assert "CEL" not in {event["Event"] for event in heard}
    assert (end["EventName"], end["LinkedID"]) == ("LINKEDID_END", heard[0]["Linkedid"])
    assert end["at"] >= heard[-1]["at"]


def test_with_cel_it_is_asterisk_that_says_so(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    agent.start()
    ami.wait_for_login()
    ami.say(captured("in_answered"))
    time.sleep(3)
    assert [event["Event"] for event in collector.events()].count("CEL") == 1


def test_what_comes_together_is_sent_together(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    agent.start()
    ami.wait_for_login()
    ami.say(captured("in_answered"))
    batch = collector.wait(collector.batches)[0]
    assert len(batch.events) == 9
    assert batch.data.keys() == {"v", "agent", "seq", "sent_at", "events", "ami", "spool"}
    assert (batch.data["v"], batch.data["agent"], batch.data["spool"]) == (1, "office", 0)
    assert batch.data["ami"] == {"connected": True}


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        (SECRET, SECRET.encode()),
        (
            "whsec_" + base64.b64encode(b"thirty-two bytes of a good secret").decode(),
            b"thirty-two bytes of a good secret",
        ),
        ("секрет", "секрет".encode()),
    ],
    ids=["text", "whsec_", "Russian"],
)
def test_everything_is_signed(secret: str, key: bytes, agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    agent.settings["crm"]["secret"] = secret
    agent.start()
    ami.wait_for_login()
    ami.say(captured("in_answered"))
    collector.wait(collector.batches)
    polls = collector.wait(lambda: [sent for sent in collector.requests if sent.method == "GET"])
    assert all(sent.is_signed(key) for sent in collector.requests)
    assert polls[0].path.endswith("/address-secret/commands")


def test_a_silent_agent_says_that_it_is_there(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    agent.settings["crm"]["heartbeat_seconds"] = "0.3"
    agent.start()
    ami.wait_for_login()
    collector.wait(lambda: len(collector.posts()) >= 3)
    beats = [sent.data for sent in collector.posts()[:3]]
    assert [beat["events"] for beat in beats] == [[], [], []]
    assert [beat["seq"] for beat in beats] == [1, 2, 3]


def test_an_asterisk_that_is_restarted_is_told_of_and_heard_again(
    agent: Agent, ami: FakeAmi, collector: Collector
) -> None:
    agent.start()
    ami.wait_for_login()
    collector.wait(lambda: [sent for sent in collector.posts() if sent.data["ami"]["connected"]])
    ami.stop()
    collector.wait(lambda: [sent for sent in collector.posts() if not sent.data["ami"]["connected"]])
    ami.start()
    ami.wait_for_login(after=1)
    ami.say(captured("in_answered"))
    assert len(collector.wait(collector.events)) == 9
    assert collector.batches()[0].data["ami"] == {"connected": True}


def test_letters_that_are_no_utf_8_cost_nothing_but_themselves(
    agent: Agent, ami: FakeAmi, collector: Collector
) -> None:
    agent.start()
    ami.wait_for_login()
    channel: Any = [("Event", "Newchannel"), ("CallerIDName", "Анна: \u2028отдел"), ("Uniqueid", "1.1")]
    ami.say([channel])
    assert collector.wait(collector.events)[0]["CallerIDName"] == "Анна: \u2028отдел"
    assert ami._agent is not None
    ami._agent.sendall(b"Event: Newchannel\r\nCallerIDName: \xc0nna\r\nUniqueid: 2.2\r\n\r\n")
    assert collector.wait(lambda: collector.events()[1:])[0]["CallerIDName"] == "\ufffdnna"


def test_no_log_line_holds_a_secret(agent: Agent, ami: FakeAmi, collector: Collector) -> None:
    collector.status = 401
    agent.start()
    ami.wait_for_login()
    ami.say(captured("in_answered"))
    collector.wait(collector.posts)
    ami.stop()
    collector.stop()
    assert agent.stop() == 0
    said = agent.said()
    assert "THE CRM REFUSES THIS AGENT (401)" in said
    for secret in (SECRET, "address-secret", "ami-secret-of-tests", "79161234567"):
        assert secret not in said


def test_it_is_written_for_python_3_9_and_its_library_alone() -> None:
    for path in FOLDER.rglob("*.py"):
        tree = ast.parse(path.read_text(), feature_version=(3, 9))
        nodes = list(ast.walk(tree))
        imported = [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]
        imported += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
        assert not [name for name in imported if name.split(".")[0] not in sys.stdlib_module_names], path


def test_packed_into_one_file_it_runs(tmp_path: Path) -> None:
    packed = tmp_path / "asterisk-agent.pyz"
    zipapp.create_archive(FOLDER, packed, main="asterisk_agent.program:main")
    done = subprocess.run([PYTHON, packed, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == "1.0\n"
    assert "zipapp telephony/agent --main asterisk_agent.program:main" in (FOLDER / "README.md").read_text()


def test_a_wrong_configuration_is_told_in_a_sentence(agent: Agent) -> None:
    del agent.settings["crm"]["secret"]
    agent.start()
    assert agent.process is not None
    assert agent.process.wait(10) == 1
    assert "[crm] secret is missing." in agent.said()
    assert "Traceback" not in agent.said()


def test_two_agents_don_t_share_a_spool(agent: Agent, ami: FakeAmi) -> None:
    agent.start()
    ami.wait_for_login()
    second = subprocess.run(
        [PYTHON, "-m", "asterisk_agent", str(agent.folder / "agent.ini")],
        env={"PYTHONPATH": str(FOLDER)},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert second.returncode == 1
    assert "Another agent works with" in second.stderr
