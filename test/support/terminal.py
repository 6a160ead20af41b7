"""Runs a program in a terminal and types what a test says, each after it was asked for.

terminal.py '[["question", "answer"], ...]' PROGRAM ARGUMENT...
An answer "run:PATTERN" is what a shell prints for the line shown that the pattern matches.
Prints what the terminal shows, and ends as the program does.
"""
import json
import os
import pty
import re
import select
import subprocess
import sys

dialogue = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])


def typed(answer):
    if not answer.startswith("run:"):
        return answer.encode()
    line = re.search(answer[4:], shown.replace("\r", ""), re.M).group(0)
    return subprocess.run(["sh", "-c", line], stdout=subprocess.PIPE, check=False).stdout


shown, seen, waiting = "", 0, b""
while True:
    readable, writable, _ = select.select([terminal], [terminal] if waiting else [], [])
    if writable:
        waiting = waiting[os.write(terminal, waiting[:512]) :]
    if not readable:
        continue
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    shown += piece.decode("utf8", "replace")
    while dialogue and dialogue[0][0] in shown[seen:]:
        question, answer = dialogue.pop(0)
        seen = shown.index(question, seen) + len(question)
        waiting += typed(answer)
sys.stdout.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
