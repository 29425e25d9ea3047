"""yaml-language-server, spoken to over standard input and output as an editor does.

Source: the Language Server Protocol, https://microsoft.github.io/language-server-protocol/specification
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from tests.schema_tools.tools import NODE, environment, package_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

TIMEOUT_S = 30.0
CONTENT_LENGTH = "Content-Length: "

SETTINGS: dict[str, Any] = {
    "validate": True,
    "completion": True,
    "hover": True,
    "schemaStore": {"enable": False},  # else it asks the network
}
"""What the editor is set to."""

CAPABILITIES: dict[str, Any] = {
    "workspace": {"configuration": True},
    "textDocument": {
        "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
        "hover": {"contentFormat": ["markdown"]},
        "publishDiagnostics": {},
    },
}
"""What the editor understands."""


class Position(NamedTuple):
    """Line and character, both from 0."""

    line: int
    character: int


class LanguageServer:
    """A running server. Leaving its `with` block asks it to stop, and fails where it does not."""

    def __init__(self, directory: Path, settings: Mapping[str, Any] = MappingProxyType({})) -> None:
        """`directory` is the editor's workspace; what the server complains about goes there too.

        `settings` are the project's, over those that every editor here has.
        """
        self.directory = directory
        self._settings = {**SETTINGS, **settings}
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._requests = 0
        self._documents = 0
        program = package_file("yaml-language-server/bin/yaml-language-server")
        self._log = (directory / "stderr.txt").open("wb")
        self._process = subprocess.Popen(
            [str(NODE), program, "--stdio"],
            cwd=directory,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input: IO[bytes] = self._process.stdin
        self._output: IO[bytes] = self._process.stdout
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> LanguageServer:
        editor = {"processId": os.getpid(), "rootUri": self.directory.as_uri(), "capabilities": CAPABILITIES}
        try:
            self.request("initialize", editor)
            self._notify("initialized", {})
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.request("shutdown", None)
                self._notify("exit", None)
                assert self._process.wait(TIMEOUT_S) == 0
        finally:
            self._end()

    def _end(self) -> None:
        """Whatever has become of the server: leave nothing of it behind."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._input, self._output, self._log):
            stream.close()

    def open(self, text: str, name: str | None = None) -> str:
        """Open a YAML document; its URI, when the server has looked at it."""
        self._documents += 1
        uri = (self.directory / (name or f"document-{self._documents}.yaml")).as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._notify("textDocument/didOpen", {"textDocument": document})
        self._until(lambda message: uri in self._diagnostics)
        return uri

    def diagnostics(self, uri: str) -> list[dict[str, Any]]:
        """What the server finds wrong in a document."""
        return self._diagnostics[uri]

    def completions(self, uri: str, position: Position) -> dict[str, dict[str, Any]]:
        """What the server offers at a place, by label."""
        answer = self.request("textDocument/completion", _at(uri, position))
        items = answer["items"] if isinstance(answer, dict) else answer
        return {item["label"]: item for item in items}

    def hover(self, uri: str, position: Position) -> str:
        """What the server says about the word at a place; empty where it has nothing to say."""
        answer = self.request("textDocument/hover", _at(uri, position))
        return "" if answer is None else answer["contents"]["value"]

    def request(self, method: str, params: Any) -> Any:
        """Ask, and wait for the answer."""
        self._requests += 1
        number = self._requests
        self._send({"id": number, "method": method, "params": params})
        answer = self._until(lambda message: message.get("id") == number and "method" not in message)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _notify(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _until(self, is_awaited: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message that is awaited; what comes before it is dealt with."""
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            try:
                message = self._messages.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no answer in {TIMEOUT_S:.0f} s\n{self._complaints()}") from None
            assert message is not None, f"the server has stopped\n{self._complaints()}"
            self._deal_with(message)
            if is_awaited(message):
                return message

    def _deal_with(self, message: dict[str, Any]) -> None:
        if message.get("method") == "textDocument/publishDiagnostics":
            params = message["params"]
            self._diagnostics[params["uri"]] = params["diagnostics"]
        elif "method" in message and "id" in message:
            asked = message.get("params") or {}
            known = {"yaml": self._settings}
            answer = (
                [known.get(item.get("section"), {}) for item in asked["items"]]
                if message["method"] == "workspace/configuration"
                else None
            )
            self._send({"id": message["id"], "result": answer})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._input.write(f"{CONTENT_LENGTH}{len(body)}\r\n\r\n".encode() + body)
        self._input.flush()

    def _read(self) -> None:
        """Queue what the server says, until it closes its output."""
        while header := self._output.readline().decode():
            length = 0
            while header.strip():
                if header.startswith(CONTENT_LENGTH):
                    length = int(header.removeprefix(CONTENT_LENGTH))
                header = self._output.readline().decode()
            self._messages.put(json.loads(self._output.read(length)))
        self._messages.put(None)

    def _complaints(self) -> str:
        return (self.directory / "stderr.txt").read_text(encoding="utf-8")


def _at(uri: str, position: Position) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "position": position._asdict()}
