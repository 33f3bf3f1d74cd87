#!/usr/bin/env python3
"""Checks an export of a trail: verify_trail.py EXPORT [ENTRIES HASH]

EXPORT is what `gapless trail export` wrote. With a head that was kept elsewhere, as `gapless trail
head` printed it, the trail must still go on from there. Format: docs/trail-format.md.
"""

import hashlib
import json
import struct
import sys
from datetime import datetime, timedelta

# Entries whose body ends with the number of the lines beside them, and their digest.
WITH_LINES = {"numbers.imported"}
EPOCH = datetime(1970, 1, 1)


def need(holds, what):
    if not holds:
        raise ValueError(what)


def fields(raw):
    """The fields of canonical bytes."""
    version, ledger, index, ms = struct.unpack_from(">BQQq", raw)
    need(version == 1, "the version is not known")
    texts, at = [], 25
    for _ in range(3):
        begin = at + 4
        at = begin + struct.unpack_from(">I", raw, at)[0]
        texts.append(raw[begin:at])
    need(at == len(raw), "the bytes of the entry end elsewhere than its fields")
    return ledger, index, ms, texts[0].decode(), texts[1].decode(), texts[2]


def varint(number):
    """A number as postcard writes it: seven bits a byte, the lowest first."""
    if number > 127:
        return bytes([number & 127 | 128]) + varint(number >> 7)
    return bytes([number])


def text_of(**values):
    """An object exactly as it is exported, so that no byte can differ."""
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()


def verify(export, kept=None):
    """Checks an export; answers how many entries there are, and the last hash."""
    need(export.endswith(b"\n"), "the export is cut off")
    rows = iter(export[:-1].split(b"\n"))
    previous, count, whose, was_kept = bytes(32), 0, None, kept is None or kept[0] == 0
    for row in rows:
        shown = json.loads(row)
        if shown["object"] == "trail_head":
            told = text_of(object="trail_head", entries=count, head=previous.hex())
            need(row == told, "the head is not that of these entries")
            need(next(rows, None) is None, "something stands behind the head")
            need(was_kept, f"the head that was kept is not in this trail of {count} entries")
            return count, previous.hex()
        raw = bytes.fromhex(shown["bytes"])
        ledger, index, ms, actor, what, body = fields(raw)
        need(index == count, f"entry {index} stands where entry {count} belongs")
        need(whose in (None, ledger), f"entry {index} is of another ledger")
        whose, previous = ledger, hashlib.sha256(previous + raw).digest()
        at = (EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds") + "Z"
        told = text_of(id=f"ent_{index}", object="trail_entry", index=index, at=at, actor=actor,
                       what=what, lines=shown["lines"], bytes=raw.hex(), hash=previous.hex())
        need(row == told, f"entry {index} is not what its bytes and the entry before say")
        digest = hashlib.sha256()
        for line in range(shown["lines"]):
            row = next(rows, b"{}")
            beside = bytes.fromhex(json.loads(row).get("bytes", ""))
            told = text_of(object="trail_line", entry=index, line=line, bytes=beside.hex())
            need(row == told, f"line {line} of entry {index} is not what it was, or missing")
            digest.update(struct.pack(">Q", len(beside)) + beside)
        if shown["lines"] or what in WITH_LINES:
            ends = varint(shown["lines"]) + digest.digest()
            need(body.endswith(ends), f"the lines beside entry {index} are not those it states")
        count += 1
        if kept and kept[0] == count:
            need(kept[1] == previous.hex(), f"entry {index} is not the one whose hash was kept")
            was_kept = True
    raise ValueError("the export ends without its head")


def main(path, *kept):
    with open(path, "rb") as file:
        count, head = verify(file.read(), (int(kept[0]), kept[1].lower()) if kept else None)
    print(f"{count} entries, unbroken; head {head}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (LookupError, TypeError, ValueError, struct.error, OSError) as error:
        sys.exit(f"NOT VALID: {error}")
