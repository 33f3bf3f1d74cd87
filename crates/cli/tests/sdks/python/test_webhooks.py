"""Events, the endpoints they are sent to, and their signatures."""

import json

import pytest
import stripe

from conftest import LIVE_KEY, connect, issue, own


def test_a_delivered_event_is_believed(v1, client, receiver):
    endpoint = v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["invoice.*"]})
    assert isinstance(endpoint, stripe.WebhookEndpoint) and endpoint.secret.startswith("whsec_")
    customer = v1.customers.create({"name": "Ada", "email": "ada@example.com"})
    invoice = issue(v1, customer)
    body, headers = receiver.wait_for(b'"invoice.finalized"')
    signature = headers["Stripe-Signature"]
    event = client.construct_event(body, signature, endpoint.secret)
    assert isinstance(event, stripe.Event) and event.type == "invoice.finalized"
    assert event.data.object.id == invoice.id and event.data.object.number == invoice.number
    assert stripe.Webhook.construct_event(body, signature, endpoint.secret).id == event.id
    told = v1.events.retrieve(event.id)
    assert told.data.object.to_dict() == event.data.object.to_dict()
    assert told.api_version == event.api_version == stripe.api_version
    for wrong_body, secret in [(body + b" ", endpoint.secret), (body, endpoint.secret + "x")]:
        with pytest.raises(stripe.SignatureVerificationError):
            client.construct_event(wrong_body, signature, secret)


def test_a_former_secret_holds_while_it_is_replaced(v1, client, receiver):
    endpoint = v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})
    path = f"/v1/webhook_endpoints/{endpoint.id}/roll_secret"
    rolled = own(client, "post", path, keep_hours=1).data
    v1.customers.create({"name": "Ada"})
    body, headers = receiver.wait_for(b'"customer.created"')
    for secret in [endpoint.secret, rolled["secret"]]:
        assert client.construct_event(body, headers["Stripe-Signature"], secret)


def test_an_endpoint_has_a_version_of_its_own(v1, receiver):
    old = {"url": receiver.url, "enabled_events": ["*"], "api_version": "2023-08-16"}
    v1.webhook_endpoints.create(old)
    issue(v1, v1.customers.create({"name": "Ada"}))
    body, _ = receiver.wait_for(b'"invoice.finalized"')
    event = json.loads(body)
    assert event["api_version"] == "2023-08-16" and event["data"]["object"]["paid"] is False


def test_endpoints_are_made_changed_listed_and_deleted(v1):
    params = {"url": "http://127.0.0.1:9/hook", "enabled_events": ["customer.created"]}
    endpoint = v1.webhook_endpoints.create({**params, "description": "Books"})
    assert "secret" not in v1.webhook_endpoints.retrieve(endpoint.id)
    changes = {"enabled_events": ["*"], "disabled": True, "metadata": {"k": "v"}}
    changed = v1.webhook_endpoints.update(endpoint.id, changes)
    assert (changed.status, changed.enabled_events) == ("disabled", ["*"])
    assert (changed.metadata["k"], changed.description) == ("v", "Books")
    other = v1.webhook_endpoints.create(params)
    listed = v1.webhook_endpoints.list({"limit": 1}).auto_paging_iter()
    assert [one.id for one in listed] == [other.id, endpoint.id]
    assert v1.webhook_endpoints.delete(endpoint.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.webhook_endpoints.retrieve(endpoint.id)
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    live = connect(key=LIVE_KEY).v1
    for asked, wrong, param in [
        (v1, {"url": "ftp://127.0.0.1/hook"}, "url"),
        (v1, {"url": "http://name:secret@127.0.0.1/hook"}, "url"),
        (live, {"url": "http://example.com/hook"}, "url"),
        (live, {"url": "https://10.0.0.1/hook"}, "url"),
    ]:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            asked.webhook_endpoints.create({**params, **wrong})
        assert refused.value.param == param


def test_events_tell_what_happened_and_what_changed(v1):
    customer = v1.customers.create({"name": "Ada", "metadata": {"a": "1"}})
    v1.customers.update(customer.id, {"name": "Bob", "metadata": {"a": "2", "b": "3"}})
    invoice = issue(v1, customer)
    v1.invoices.pay(invoice.id)
    events = list(v1.events.list({"limit": 2}).auto_paging_iter())
    told = {event.type for event in events}
    expected = {
        "customer.created",
        "customer.updated",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoiceitem.created",
    }
    assert expected <= told, expected - told
    assert [event.created for event in events] == sorted(
        (event.created for event in events), reverse=True
    )
    [updated] = v1.events.list({"type": "customer.updated"})
    before = updated.data.previous_attributes.to_dict()
    assert before == {"name": "Ada", "metadata": {"a": "1", "b": None}}
    assert updated.data.object.name == "Bob" and updated.request.id.startswith("req_")
    families = v1.events.list({"types": ["invoice.paid", "customer.created"]})
    assert [event.type for event in families] == ["invoice.paid", "customer.created"]
    assert v1.events.list({"created": {"gt": 4_000_000_000}}).data == []
