"""Changes an export in every way that is small, each of which the verifier must see."""

import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from verify_trail import verify  # noqa: E402


def is_valid(export, kept=None):
    try:
        verify(export, kept)
        return True
    except Exception:
        return False


with open(sys.argv[2], "rb") as file:
    good = file.read()
count, head = verify(good)
rows = good[:-1].split(b"\n")
tried, missed = 0, []


def see(name, export, kept=None):
    global tried
    tried += 1
    if is_valid(export, kept):
        missed.append(name)


def joined(rows):
    return b"".join(row + b"\n" for row in rows)


for at in range(len(good)):
    for byte in {good[at] ^ 1, good[at] ^ 32, 10, 48} - {good[at]}:
        see(f"byte {at} as {byte}", good[:at] + bytes([byte]) + good[at + 1 :])
    see(f"byte {at} gone", good[:at] + good[at + 1 :])
for at, row in enumerate(rows):
    see(f"row {at} dropped", joined(rows[:at] + rows[at + 1 :]))
    see(f"row {at} twice", joined(rows[: at + 1] + rows[at:]))
    for other in range(at):
        swapped = list(rows)
        swapped[at], swapped[other] = swapped[other], swapped[at]
        see(f"rows {other} and {at} swapped", joined(swapped))
see("empty", b"")
see("another head was kept", good, (count, "0" * 64))
see("a longer trail was kept", good, (count + 1, head))
assert is_valid(good, (count, head)) and is_valid(good, (0, ""))
print(tried, len(missed), *missed[:5])
