"""Runs a program in a terminal and types what a test says, each after it was asked for.

terminal.py '[["question", "answer"], ...]' PROGRAM ARGUMENT...
Prints what the terminal shows, and ends as the program does.
"""
import json
import os
import pty
import sys

dialogue = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown, seen = "", 0
while True:
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
        os.write(terminal, answer.encode())
sys.stdout.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
