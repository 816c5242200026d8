#!/usr/bin/env python3
"""Makes docs/session.svg: a real session of `tollgate run -- bash`, as a terminal shows it.

    cargo build --release && docs/make-picture.py [FOLDER OF THE BINARIES]

It starts tmux on a socket of its own, types what a person would type, waits for what must appear, takes
the screens with `tmux capture-pane -e`, and draws them. Needs tmux and git; as an ordinary user or as root.
"""

import html
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "docs" / "session.svg"
COLUMNS, ROWS = 92, 30
PATIENCE_SECONDS = 20

# Where a character stands, in pixels.
CELL_WIDTH, LINE_HEIGHT, FONT_SIZE, MARGIN, TITLE = 8.4, 18, 14, 16, 30
BACKGROUND, FOREGROUND, FRAME, CAPTION = "#16181d", "#d7dae0", "#2a2d35", "#8b919d"
COLOURS = ["#16181d", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d7dae0"]


class Terminal:
    """A tmux server with one pane."""

    def __init__(self, folder, environment):
        self.base = ["tmux", "-f", "/dev/null", "-S", str(folder / "tmux.sock")]
        self.environment = environment
        command = ["new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), "bash", "--norc", "--noprofile"]
        subprocess.run(self.base + command, check=True, env=environment, cwd=environment["HOME"])

    def tmux(self, *words):
        done = subprocess.run(self.base + list(words), check=True, env=self.environment, capture_output=True, text=True)
        return done.stdout

    def screen(self, *options):
        return self.tmux("capture-pane", "-p", *options)

    def type(self, text):
        self.tmux("send-keys", "-l", text)
        self.tmux("send-keys", "Enter")

    def press(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def wait(self, pattern):
        """Waits until the screen shows a pattern, and no longer changes."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        before = None
        while time.monotonic() < deadline:
            now = self.screen()
            if now == before and re.search(pattern, now, re.MULTILINE):
                return
            before = now
            time.sleep(0.1)
        sys.exit(f"never seen: {pattern}\n{self.screen()}")

    def end(self):
        self.tmux("kill-server")


def play(terminal):
    """Plays the session and returns its screens with a caption each."""
    terminal.type("PS1='$ '; clear")
    terminal.wait(r"^\$ $|^\$$")
    terminal.type("tollgate run -- bash --norc")
    terminal.wait(r"bash-[0-9.]+[$#] ?$")
    terminal.type("PS1='agent$ '; clear")
    terminal.wait(r"\Aagent\$")
    terminal.type("git push --force origin main")
    terminal.wait(r"> Deny")
    terminal.press("Down")
    terminal.wait(r"> Deny, and tell")
    asked = terminal.screen("-e")
    terminal.press("Enter")
    terminal.wait(r"Words for the agent")
    terminal.type("others work on main")
    terminal.wait(r"^agent\$ ?$")
    terminal.type("python3 -c 'import os; os.execv(\"/bin/rm\", [\"rm\", \"-rf\", \"/\"])'")
    terminal.wait(r"files\.delete-tree[\s\S]*^agent\$ ?$")
    terminal.type("git status --short && echo everyday work runs")
    terminal.wait(r"^everyday[\s\S]*^agent\$ ?$")
    terminal.type("exit")
    terminal.wait(r"verifies with:[\s\S]*^\$ ?$")
    terminal.type("tollgate audit verify | tail -n 1")
    terminal.wait(r"everything holds[\s\S]*^\$ ?$")
    return [
        ("The agent wants to force-push: the program is held, and the person is asked", asked),
        ("What the agent reads, what the session says at its end, and whether the record holds", terminal.screen("-e")),
    ]


def runs(line):
    """Splits a line with SGR sequences into (text, colour, is bold)."""
    colour, bold = None, False
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        found = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if not found:
            if part:
                yield part, colour, bold
            continue
        for code in [int(code or 0) for code in found[1].split(";")]:
            if code == 0:
                colour, bold = None, False
            elif code == 1:
                bold = True
            elif code == 22:
                bold = False
            elif 30 <= code <= 37:
                colour = COLOURS[code - 30]
            elif 90 <= code <= 97:
                colour = COLOURS[code - 90]
            elif code == 39:
                colour = None


def text(x, y, content, fill, extra=""):
    """Returns one SVG text element; what comes from outside is escaped."""
    shown = html.escape("".join(c for c in content if c.isprintable()))
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" xml:space="preserve"{extra}>{shown}</text>'


def draw(screens):
    """Draws the screens below one another."""
    width = COLUMNS * CELL_WIDTH + 3 * MARGIN
    body, y = [], MARGIN
    for caption, screen in screens:
        lines = screen.rstrip("\n").split("\n")
        while lines and not re.sub(r"\x1b\[[0-9;]*m", "", lines[-1]).strip():
            lines.pop()
        height = TITLE + len(lines) * LINE_HEIGHT + MARGIN
        body.append(text(MARGIN, y + FONT_SIZE, caption, CAPTION, ' font-family="sans-serif"'))
        y += FONT_SIZE + 10
        body.append(f'<rect x="{MARGIN / 2}" y="{y}" width="{width - MARGIN}" height="{height}" rx="8" fill="{BACKGROUND}" stroke="{FRAME}"/>')
        for index, fill in enumerate(["#e06c75", "#e5c07b", "#98c379"]):
            body.append(f'<circle cx="{MARGIN + 8 + index * 18}" cy="{y + 15}" r="5" fill="{fill}"/>')
        for row, line in enumerate(lines):
            column = 0
            for content, colour, bold in runs(line):
                place = (MARGIN + 4 + column * CELL_WIDTH, y + TITLE + (row + 1) * LINE_HEIGHT - 5)
                length = f' textLength="{len(content) * CELL_WIDTH:.1f}"' if content.strip() else ""
                weight = ' font-weight="bold"' if bold else ""
                if content.strip():
                    body.append(text(*place, content, colour or FOREGROUND, length + weight))
                column += len(content)
        y += height + MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {y:.0f}" width="{width:.0f}" height="{y:.0f}" '
        f'font-family="ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="{FONT_SIZE}">'
        "<title>A session of tollgate run</title>"
    )
    return "\n".join([head, *body, "</svg>"]) + "\n"


def main():
    binaries = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target" / "release").resolve()
    for name in ["tollgate", "tollgate-shim"]:
        if not (binaries / name).exists():
            sys.exit(f"{binaries / name} is not there: cargo build --release")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="demo-"))
    try:
        app = folder / "app"
        app.mkdir()
        subprocess.run(["git", "init", "-q", "-b", "main", str(app)], check=True)
        environment = {
            "HOME": str(app.parent),
            "PATH": f"{binaries}:/usr/bin:/bin",
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "SHELL": "/bin/bash",
        }
        terminal = Terminal(folder, environment)
        try:
            terminal.type("cd app")
            screens = play(terminal)
        finally:
            terminal.end()
        OUT.write_text(draw(screens), encoding="utf-8")
        print(f"wrote {OUT.relative_to(ROOT)}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
