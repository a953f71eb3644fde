#!/usr/bin/env python3
"""Holds the program and proof.py against each other.

agree.py PROGRAM DATA KEY: proves every event of the log, folds the events into a root and compares
it with the signed checkpoint, then changes proofs in many ways: both must say the same of each.
"""

import random
import subprocess
import sys
import tempfile

import proof

SEED = 6962
MUTANTS = 90


def prove(program, data, seq):
    return subprocess.run([program, "-D", data, "log", "prove", str(seq)], stdout=subprocess.PIPE,
                          check=True).stdout


def says_program(program, text, key_path):
    with tempfile.NamedTemporaryFile() as file:
        file.write(text)
        file.flush()
        done = subprocess.run([program, "proof", "verify", file.name, "--key", key_path],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if done.returncode not in (0, 3):
        sys.exit("the program ended with %d" % done.returncode)
    return done.returncode == 0


def says_script(text, key):
    try:
        proof.check_proof(text, key)
    except proof.NotProved:
        return False
    return True


def mutants(text, other, chance):
    """Changed copies of a proof: bytes, lines, lengths, and parts of another proof."""
    lines = text.split(b"\n")
    other_lines = other.split(b"\n")
    yield b""
    yield text + b"\n"
    yield text + b"more\n"
    yield text.replace(b"\n", b"\r\n")
    yield text[: text.index(b"\n\n") + 2] + other[other.index(b"\n\n") + 2 :]
    blank = lines.index(b"")
    extended = lines[: blank + 4] + [b"a line behind the root"] + lines[blank + 4 :]
    yield b"\n".join(extended)
    yield text + b"\xe2\x80\x94 witness AAAA\n"
    for _ in range(MUTANTS):
        choice = chance.randrange(6)
        at = chance.randrange(len(lines))
        changed = list(lines)
        if choice == 0:
            del changed[at]
        elif choice == 1:
            changed.insert(at, chance.choice(lines))
        elif choice == 2:
            changed[at] = other_lines[min(at, len(other_lines) - 1)]
        elif choice == 3:
            yield text[: chance.randrange(len(text))]
            continue
        else:
            place = chance.randrange(len(text))
            byte = text[place] ^ (1 << chance.randrange(8)) if choice == 4 else chance.randrange(256)
            yield text[:place] + bytes([byte]) + text[place + 1 :]
            continue
        yield b"\n".join(changed)


def main(program, data, key_path):
    with open(key_path, "rb") as file:
        key = proof.Key(file.read())
    with open(data + "/log/checkpoint", "rb") as file:
        _origin, size, root = proof.check_checkpoint(file.read(), key)
    proofs = [prove(program, data, seq) for seq in range(size)]
    events = [proof.check_proof(text, key) for text in proofs]
    assert [seq for _event, seq in events] == list(range(size))
    assert proof.tree_root([proof.leaf_hash(event) for event, _seq in events]) == root
    print("%d events lead to the signed root" % size)
    chance = random.Random(SEED)
    checked = accepted = 0
    for seq in (0, size // 2, size - 1):
        for text in mutants(proofs[seq], proofs[(seq + 1) % size], chance):
            script, said = says_script(text, key), says_program(program, text, key_path)
            if script != said:
                with open(data + "/disagreed.proof", "wb") as file:
                    file.write(text)
                sys.exit("event %d: the script says %s, the program %s:\n%r"
                         % (seq, script, said, text))
            checked += 1
            accepted += said
    print("%d changed proofs, %d of them still good, seed %d" % (checked, accepted, SEED))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
