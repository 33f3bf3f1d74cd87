"""What is nested is sent as callers send it: with names that go on in brackets."""

from urllib.parse import urlencode

import schemathesis


def flat(value, name=""):
    """The pairs of a form; what holds nothing is left out."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{name}[{key}]" if name else key)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from flat(inner, f"{name}[{place}]")
    elif isinstance(value, bool):
        yield name, str(value).lower()
    elif value is not None:
        yield name, value


@schemathesis.serializer("application/x-www-form-urlencoded")
def form(_, value):
    # What is generated to be wrong may be no set of parameters at all.
    if not isinstance(value, dict):
        return str(value).encode("utf-8", "replace")
    return urlencode(list(flat(value)), errors="replace").encode()


@schemathesis.hook
def map_query(_, query):
    return dict(flat(query)) if query else query
