"""Console sessions in Markdown: commands with the output that the page promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(?P<language>[a-z]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One command of a page, and what it says that the command prints; `…` is anything."""

    command: str
    output: str

    def matches(self, printed: str) -> bool:
        """Whether what was printed is what the page shows. A line `…` is any number of lines."""
        pattern = ""
        for line in self.output.splitlines():
            if line.strip() == "…":
                pattern += r"(?:[^\n]*\n)*?"
            else:
                pieces = (re.escape(piece) for piece in line.rstrip().split("…"))
                pattern += r"[^\n]*?".join(pieces) + r"[ ]*\n"
        return re.fullmatch(pattern, printed.strip("\n") + "\n" if printed else "") is not None


def blocks(page: Path, language: str) -> list[str]:
    """The bodies of the fenced blocks of a language."""
    found = _BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [match["body"] for match in found if match["language"] == language]


def steps(page: Path) -> Iterator[Step]:
    """The commands of all `console` blocks of a page, in order."""
    for block in blocks(page, "console"):
        command, output = "", []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield Step(command, "\n".join(output))
                command, output = line[2:], []
            else:
                output.append(line)
        if command:
            yield Step(command, "\n".join(output))
