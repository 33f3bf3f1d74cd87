"""The official library against a running server, of which nothing but the address is told."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread

import pytest
import stripe

URL = os.environ["GAPLESS_SDK_URL"]
TEST_KEY = os.environ["GAPLESS_SDK_TEST_KEY"]
LIVE_KEY = os.environ["GAPLESS_SDK_LIVE_KEY"]
# A key that may only read, and a server that takes on one request a second, with its key.
READER_KEY = os.environ["GAPLESS_SDK_READER_KEY"]
LIMITED_URL = os.environ["GAPLESS_SDK_LIMITED_URL"]
LIMITED_KEY = os.environ["GAPLESS_SDK_LIMITED_KEY"]


def connect(key=TEST_KEY, url=URL, **options):
    """A client as its users make it; it would hide what fails now and then by asking again."""
    options.setdefault("max_network_retries", 0)
    return stripe.StripeClient(key, base_addresses={"api": url}, **options)


def own(client, method, path, **params):
    """Asks for what only this server has."""
    return client.raw_request(method, path, **params)


@pytest.fixture
def client():
    """The test ledger, empty, in the mode that a new account is in."""
    client = connect()
    own(client, "post", "/v1/test_ledger/wipe")
    own(client, "post", "/v1/numbering/settings", mode="account")
    own(client, "post", "/v1/account/api_version", api_version="2026-10-28.endive")
    return client


@pytest.fixture
def v1(client):
    return client.v1


@pytest.fixture
def customer(v1):
    return v1.customers.create({"name": "Ada", "email": "ada@example.com"})


def draft(v1, customer, amount=1000, **params):
    """A draft with one line."""
    params = {"customer": customer.id, "currency": "eur", **params}
    invoice = v1.invoices.create(params)
    item = {"customer": customer.id, "invoice": invoice.id, "amount": amount, "currency": "eur"}
    v1.invoice_items.create(item)
    return invoice


def issue(v1, customer, amount=1000, **params):
    """An invoice with its number."""
    return v1.invoices.finalize_invoice(draft(v1, customer, amount, **params).id)


class Receiver:
    """A receiver of webhooks that keeps what comes."""

    def __init__(self):
        self.received = []
        self.arrived = Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.arrived:
                    receiver.received.append((body, self.headers))
                    receiver.arrived.notify_all()
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks"

    def wait_for(self, wanted):
        """The first request with such a body, as its bytes and its headers."""

        def found():
            return next((one for one in self.received if wanted in one[0]), None)

        with self.arrived:
            assert self.arrived.wait_for(found, 30), f"{wanted} did not come"
            return found()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
