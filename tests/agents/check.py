#!/usr/bin/env python3
"""check.py --tollgate BINARY --script NAME RESULT.json - judge one agent's session under the gate.

RESULT.json is what run_CLIENT.sh wrote: what the model asked for, what it was told, and whether each step had its
effect. Beside it stands the session's record, which is verified and read here. Prints one line for each thing that
was checked and, last, "N passed, N failed"; ends with 1 where something failed.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys

# Steps that no program is started for: what holds them is confinement of files, and the agent's own hooks.
WITHOUT_EXEC = {"write-outside", "read-ssh-tool"}
# What an agent refuses by itself, whatever it is told: the gate never sees it.
REFUSED_BY_CLIENT = {("codex", "rm-rf-outside")}
# What a shell does itself.
BUILTINS = {"echo", "printf", "true", "cd", "wait", "for", "do", "done", "exit", "test", "["}
# Claude Code answers these names with its own binary, under another argv[0].
SHADOWED = {"find", "grep", "rg"}


class Checks:
    """Counts, and prints as it goes."""

    def __init__(self, title):
        self.title, self.passed, self.failed = title, 0, 0

    def that(self, holds, what, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
        if not holds or os.environ.get("VERBOSE"):
            print("%s  %s: %s%s" % ("ok  " if holds else "FAIL", self.title, what, detail and ": " + detail))


def records(state):
    """The lines of the session's record; there is one session."""
    files = glob.glob(os.path.join(state, "tollgate/audit/*/*/*.jsonl"))
    if len(files) != 1:
        return None
    with open(files[0], encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def names(decision):
    """What a recorded program is called: its file, and its argv[0]."""
    action = decision["action"]
    words = [action["exe"], action.get("named") or ""]
    # A very long argv stands beside the record, by its digest.
    if isinstance(action["argv"], list):
        words += action["argv"][:1]
    return {os.path.basename(word).lstrip("-") for word in words if isinstance(word, str)}


def commands(line):
    """The programs that a simple shell line of the scripts starts by itself."""
    line = re.sub(r"'[^']*'|\"[^\"]*\"", "X", line)
    line = re.sub(r"[0-9]?>+\s*\S+", "", line)
    out = []
    for part in re.split(r"&&|\|\||;|\|", line):
        words = part.split()
        if words and words[0] not in BUILTINS:
            out.append(os.path.basename(words[0]))
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tollgate", required=True)
    parser.add_argument("--script", required=True)
    parser.add_argument("result")
    arguments = parser.parse_args()
    with open(arguments.result, encoding="utf-8") as file:
        result = json.load(file)
    client, work, steps = result["client"], result["work"], result["steps"]
    state = os.path.join(work, "home/.local/state")
    checks = Checks("%s %s" % (client, arguments.script))
    forbidden = arguments.script == "forbidden-open"

    checks.that(result["completed"], "played to the end", "" if result["completed"] else result["stderr_tail"][-600:])
    environment = {"HOME": os.path.join(work, "home"), "XDG_STATE_HOME": state, "PATH": os.environ["PATH"]}
    verify = subprocess.run([arguments.tollgate, "audit", "verify"], env=environment, capture_output=True, text=True)
    checks.that(verify.returncode == 0, "the record verifies", "" if verify.returncode == 0 else verify.stdout[-600:])
    lines = records(state)
    checks.that(lines is not None, "there is one record")
    decisions = [line for line in lines or [] if line["kind"] == "decision"]
    ran = [line for line in decisions if line["decision"] == "allow"]
    refused = [line for line in decisions if line["decision"] != "allow"]

    if not forbidden:
        shown = "; ".join("%s %s" % (line["rule"], line["action"]["argv"]) for line in refused)[:600]
        checks.that(not refused, "nothing is asked or denied", shown)

    known = set().union(*(names(line) for line in decisions)) if decisions else set()
    for step in steps:
        told = step.get("result") or ""
        if step.get("expect") == "allow":
            if step.get("effect_holds") is not None:
                checks.that(step["effect_holds"], "%s has its effect" % step["id"], told[-300:].replace("\n", " / "))
            for program in commands(step["want"]) if step["kind"] == "shell" else []:
                if client.startswith("claude") and program in SHADOWED:
                    continue
                checks.that(program in known, "the record holds %s of %s" % (program, step["id"]))
        elif step.get("expect") == "deny" and forbidden and step["id"] not in WITHOUT_EXEC:
            checks.that(not step["effect_holds"], "%s has no effect" % step["id"], told[-300:].replace("\n", " / "))
            if (client, step["id"]) not in REFUSED_BY_CLIENT:
                checks.that("tollgate: denied by rule " in told, "%s is told why" % step["id"], told[-300:].replace("\n", " / "))

    checks.that(len(ran) >= len([step for step in steps if step["kind"] == "shell" and step.get("expect") == "allow"]), "a record for each command")
    print("%-12s %-15s %3d execs, %d refused: %d passed, %d failed"
          % (client, arguments.script, len(ran), len(refused), checks.passed, checks.failed))
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
