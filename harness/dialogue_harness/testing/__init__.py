"""A real server on the loopback interface that speaks the chat-completions protocol, to test and measure against.

Point any OpenAI client at its URL. It answers, streams, is slow and fails as you tell it to, and records what it was
sent::

    from dialogue_harness.testing import Fault, ProtocolServer

    def test_a_rate_limit_is_waited_for():
        with ProtocolServer(faults=[Fault.http(429, retry_after="1")]) as server:
            reply = my_client(base_url=server.url).ask("Hello.")
        assert server.calls == 2
        assert server.requests[0].json["messages"][-1]["content"] == "Hello."

By default, what it answers depends on the request alone, so that dialogues are the same in every run.
``python -m dialogue_harness.testing`` serves in a process of its own; ``--help`` lists its options.
"""

from dialogue_harness._public import public
from dialogue_harness.testing.faults import Fault, RandomFaults, Request
from dialogue_harness.testing.server import ProtocolServer, protocol_server_process, say

__all__ = ["Fault", "ProtocolServer", "RandomFaults", "Request", "protocol_server_process", "say"]

for _class in (Fault, ProtocolServer, RandomFaults, Request):
    public(_class, __name__)
protocol_server_process.__module__ = say.__module__ = __name__
