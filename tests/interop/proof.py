#!/usr/bin/env python3
"""Checks proofs and checkpoints of an Enerlog log by docs/log-format.md alone.

It shares nothing with the program but that page: the tree is RFC 9162's over hashlib, Ed25519 is the
openssl command's. Usage: proof.py PROOF KEY; exit 0 proved, 3 not, 2 wrong use.
"""

import base64
import binascii
import hashlib
import os
import struct
import subprocess
import sys
import tempfile

FIRST_LINE = b"c2sp.org/tlog-proof@v1"
HEADER_SIZE = 64
NONE = 2**64 - 1
PAYLOAD_SIZE_MAX = 61440
PROOF_SIZE_MAX = 96 * 1024
NOTE_SIZE_MAX = 3072
PATH_HASHES_MAX = 64
# An Ed25519 public key as SubjectPublicKeyInfo (RFC 8410) is this and the 32 bytes.
DER_HEAD = bytes.fromhex("302a300506032b6570032100")


class NotProved(Exception):
    pass


def need(condition, why):
    if not condition:
        raise NotProved(why)


def unbase64(text, size=None):
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NotProved("base64: %s" % fault)
    need(base64.b64encode(found) == text, "base64 that is not canonical")
    need(size is None or len(found) == size, "base64 of another size")
    return found


def number(text):
    need(text.isdigit() and len(text) <= 20, "a number is wanted")
    need(text == b"0" or not text.startswith(b"0"), "a number with a leading 0")
    need(int(text) <= NONE, "a number beyond 64 bits")
    return int(text)


class Key:
    """<name>+<8 hex digits>+<base64 of 0x01 and the 32 bytes> (C2SP signed-note)."""

    def __init__(self, text):
        parts = text.rstrip(b"\n").split(b"+", 2)
        need(len(parts) == 3, "a key is name+hash+base64")
        self.name, digits, packed = parts
        raw = unbase64(packed, 33)
        need(raw[0] == 1, "the key is not Ed25519")
        self.bytes = raw[1:]
        self.hash = hashlib.sha256(self.name + b"\n" + raw).digest()[:4]
        need(self.hash.hex().encode() == digits, "the key hash is not that of the key")

    def verify(self, message, signature):
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("key", "message", "signature")]
            for path, held in zip(paths, (DER_HEAD + self.bytes, message, signature)):
                with open(path, "wb") as file:
                    file.write(held)
            done = subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths[0],
                 "-rawin", "-in", paths[1], "-sigfile", paths[2]],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return done.returncode == 0


def check_checkpoint(note, key):
    """Section 5. Returns origin, size and root."""
    need(len(note) <= NOTE_SIZE_MAX, "a checkpoint that is too long")
    end = note.find(b"\n\n")
    need(end >= 0, "a checkpoint without a blank line")
    signed, rest = note[: end + 1], note[end + 2 :]
    lines = signed.split(b"\n")[:-1]
    need(len(lines) >= 3, "a checkpoint of too few lines")
    origin = lines[0]
    need(1 <= len(origin) <= 255 and min(origin) >= 0x20 and 0x7F not in origin, "its origin")
    need(origin.strip(b" ") == origin, "its origin")
    size, root = number(lines[1]), unbase64(lines[2], 32)
    begin = "\u2014 ".encode() + key.name + b" "
    for line in rest.split(b"\n")[:-1]:
        if not line.startswith(begin):
            continue
        try:
            packed = unbase64(line[len(begin) :], 68)
        except NotProved:
            continue
        if packed[:4] == key.hash:
            need(key.verify(signed, packed[4:]), "a false signature")
            return origin, size, root
    raise NotProved("no signature by this key")


def leaf_hash(event):
    return hashlib.sha256(b"\0" + event).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_root(leaves):
    """RFC 9162, 2.1.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(tree_root(leaves[:half]), tree_root(leaves[half:]))


def root_of_path(leaf, index, size, path):
    """RFC 9162, 2.1.3.2."""
    need(index < size, "an index beyond the size")
    fn, sn, found = index, size - 1, leaf
    for step in path:
        need(sn != 0, "too many hashes")
        if fn & 1 or fn == sn:
            found = node_hash(step, found)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, step)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "too few hashes")
    return found


def read_event(event):
    """Section 1. Returns the seq of a well-formed canonical event."""
    need(HEADER_SIZE <= len(event) <= HEADER_SIZE + PAYLOAD_SIZE_MAX, "the size of the event")
    (form, _kind, _subject, seq, _recorded_at, valid_from, valid_to, source, _actor, source_seq,
     cause) = struct.unpack_from("<HHIQqqqIIQQ", event)
    need(form == 1, "the form of the event")
    need(valid_from <= valid_to, "an interval that runs backwards")
    need((source == 0) == (source_seq == 0), "a source without a seq, or the reverse")
    need(cause == NONE or cause < seq, "a cause that is not before the event")
    return seq


def check_proof(text, key):
    """Section 6. Returns the event and its seq."""
    need(len(text) <= PROOF_SIZE_MAX, "a proof that is too long")
    head, blank, note = text.partition(b"\n\n")
    need(blank, "a proof without a blank line")
    lines = head.split(b"\n")
    need(len(lines) >= 3 and lines[0] == FIRST_LINE, "the first line")
    need(lines[1].startswith(b"extra "), "the second line")
    need(lines[2].startswith(b"index "), "the third line")
    event = unbase64(lines[1][6:])
    index = number(lines[2][6:])
    need(len(lines) - 3 <= PATH_HASHES_MAX, "too many hashes")
    path = [unbase64(line, 32) for line in lines[3:]]
    seq = read_event(event)
    _origin, size, root = check_checkpoint(note, key)
    need(seq == index, "the event is another one than the proof says")
    need(root_of_path(leaf_hash(event), index, size, path) == root, "the path leads elsewhere")
    return event, seq


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[0], "rb") as file:
        text = file.read()
    with open(arguments[1], "rb") as file:
        key = Key(file.read())
    try:
        _event, seq = check_proof(text, key)
    except NotProved as fault:
        print("not proved: %s" % fault)
        return 3
    print("proved: event %d" % seq)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
