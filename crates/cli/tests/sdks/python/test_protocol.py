"""Keys, accounts, versions, repeated requests, and errors as the library tells them apart."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import stripe

from conftest import LIMITED_KEY, LIMITED_URL, READER_KEY, TEST_KEY, URL, connect, issue, own


def test_a_repeated_request_gets_the_same_answer(v1, customer):
    params = {"customer": customer.id, "currency": "eur"}
    options = {"idempotency_key": str(uuid.uuid4())}
    first = v1.invoices.create(params, options)
    again = v1.invoices.create(params, options)
    assert again.to_dict() == first.to_dict()
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert first.last_response.headers["Request-Id"] != again.last_response.headers["Request-Id"]
    with pytest.raises(stripe.IdempotencyError) as refused:
        v1.invoices.create({**params, "description": "Another"}, options)
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        v1.customers.create({}, options)
    assert len(v1.invoices.list()) == 1


def test_a_key_that_many_send_at_once_is_carried_out_once(v1):
    options = {"idempotency_key": str(uuid.uuid4())}

    with ThreadPoolExecutor(16) as threads:
        made = set(threads.map(lambda _: v1.customers.create({"name": "Ada"}, options).id, range(100)))
    assert [customer.id for customer in v1.customers.list()] == list(made)


def test_a_refusal_is_repeated_too(v1, customer):
    invoice = issue(v1, customer)
    options = {"idempotency_key": str(uuid.uuid4())}
    for is_again in [False, True]:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            v1.invoices.finalize_invoice(invoice.id, {}, options)
        assert refused.value.code == "invoice_not_editable"
        assert ("Idempotent-Replayed" in refused.value.headers) is is_again


def test_errors_by_class_code_and_parameter(v1, customer):
    opened = issue(v1, customer)
    params = {"customer": customer.id, "currency": "eur"}
    for ask, status, code, param in [
        (lambda: v1.invoices.retrieve("in_nobody"), 404, "resource_missing", "id"),
        (lambda: v1.invoices.create({"customer": "cus_nobody"}), 400, "resource_missing",
         "customer"),
        (lambda: v1.invoices.create({**params, "colour": "red"}), 400, "parameter_unknown",
         "colour"),
        (lambda: v1.invoice_items.create({"amount": 1, "currency": "eur"}), 400,
         "parameter_missing", "customer"),
        (lambda: v1.invoice_items.create({**params, "amount": "much"}), 400,
         "parameter_invalid_integer", "amount"),
        (lambda: v1.invoice_items.create({**params, "currency": "xyz", "amount": 1}), 400,
         "parameter_invalid", "currency"),
        (lambda: v1.invoices.update(opened.id, {"collection_method": "send_invoice"}), 400,
         "invoice_not_editable", "collection_method"),
        (lambda: v1.invoices.list({"starting_after": opened.id, "ending_before": opened.id}), 400,
         "parameters_exclusive", "ending_before"),
        (lambda: v1.customers.create({"email": "nobody"}), 400, "parameter_invalid", "email"),
        (lambda: v1.customers.create({"next_invoice_sequence": -1}), 400,
         "parameter_invalid_integer", "next_invoice_sequence"),
    ]:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            ask()
        error = refused.value
        assert (error.http_status, error.code, error.param) == (status, code, param)
        assert error.error.type == "invalid_request_error" and error.user_message
        assert error.request_id.startswith("req_")


def test_keys(v1):
    with pytest.raises(stripe.AuthenticationError) as refused:
        connect(key="sk_test_nobody").v1.customers.list()
    assert (refused.value.http_status, refused.value.error.code) == (401, "api_key_invalid")
    # The key as the user's name, as curl sends it.
    basic = requests.get(f"{URL}/v1/customers", auth=(TEST_KEY, ""), timeout=30)
    assert (basic.status_code, basic.json()["data"]) == (200, [])
    missing = requests.get(f"{URL}/v1/customers", timeout=30)
    assert (missing.status_code, missing.json()["error"]["code"]) == (401, "api_key_missing")


def test_a_key_that_may_only_read(v1, customer):
    reader = connect(key=READER_KEY).v1
    assert isinstance(reader.customers.list(), stripe.ListObject)
    with pytest.raises(stripe.PermissionError) as refused:
        reader.customers.create({"name": "Bob"})
    assert (refused.value.http_status, refused.value.error.code) == (403, "role_forbidden")


def test_a_rate_that_is_passed():
    limited = connect(key=LIMITED_KEY, url=LIMITED_URL).v1
    with pytest.raises(stripe.RateLimitError) as refused:
        for _ in range(100):
            limited.customers.list()
    assert (refused.value.http_status, refused.value.error.code) == (429, "rate_limit")
    headers = refused.value.headers
    assert headers["Stripe-Rate-Limited-Reason"] == "global-rate"
    assert (headers["Stripe-Should-Retry"], headers["Retry-After"]) == ("false", "1")


def test_the_module_works_by_its_address_alone(v1, monkeypatch):
    monkeypatch.setattr(stripe, "api_base", URL)
    monkeypatch.setattr(stripe, "api_key", TEST_KEY)
    customer = stripe.Customer.create(name="Ada", expand=["default_source"])
    invoice = stripe.Invoice.create(customer=customer.id, currency="eur", auto_advance=False)
    stripe.InvoiceItem.create(
        customer=customer.id, invoice=invoice.id, amount=5, currency="eur", metadata={"a": "b"}
    )
    invoice.refresh()
    invoice.finalize_invoice()
    assert invoice.status == "open" and invoice.number.endswith("-0001")
    stripe.Invoice.modify(invoice.id, metadata={"k": "v"})
    assert stripe.Invoice.retrieve(invoice.id).metadata.to_dict() == {"k": "v"}
    assert [found.id for found in stripe.Invoice.list().auto_paging_iter()] == [invoice.id]
    customer.delete()
    assert stripe.Customer.retrieve(customer.id).deleted is True


def test_the_account(client, v1):
    account = v1.accounts.retrieve_current()
    assert isinstance(account, stripe.Account) and account.id.startswith("acct_")
    assert v1.accounts.retrieve(account.id).id == account.id
    with pytest.raises((stripe.InvalidRequestError, stripe.PermissionError)):
        v1.accounts.retrieve("acct_nobody")


def test_connected_accounts_are_listed(client, v1):
    shops = [v1.accounts.create({"type": "standard", "business_profile": {"name": name}})
             for name in ["A", "B", "C"]]
    listed = v1.accounts.list({"limit": 2})
    assert [shop.id for shop in listed.data] == [shops[2].id, shops[1].id] and listed.has_more
    walked = [shop.id for shop in v1.accounts.list({"limit": 1}).auto_paging_iter()]
    assert walked[:3] == [shop.id for shop in reversed(shops)]
    assert len(set(walked)) == len(walked)


def test_customers_are_searched(client, v1):
    made = v1.customers.create({"name": "Grace Hopper", "email": "grace@example.net"})
    found = v1.customers.search({"query": 'email:"grace@example.net" AND name~"hopp"'})
    assert made.id in [customer.id for customer in found.data]


def test_an_account_is_changed(client, v1):
    profile = {"business_profile": {"name": "Shop"}, "email": "s@example.com"}
    shop = v1.accounts.create({"type": "standard", "metadata": {"a": "1"}, **profile})
    assert (shop.email, shop.metadata.to_dict()) == ("s@example.com", {"a": "1"})
    change = {"business_profile": {"name": "Store"}, "email": "", "metadata": {"a": "", "b": "2"}}
    for options in [{}, {"stripe_account": shop.id}]:
        changed = v1.accounts.update(shop.id, change, options)
        assert isinstance(changed, stripe.Account) and changed.id == shop.id
        assert (changed.business_profile.name, changed.email) == ("Store", None)
        assert changed.metadata.to_dict() == {"b": "2"}
    assert v1.accounts.retrieve(shop.id).business_profile.name == "Store"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.accounts.update("acct_nobody", change)
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    own_name = v1.accounts.retrieve_current().business_profile.name
    own_id = v1.accounts.retrieve_current().id
    assert v1.accounts.update(own_id, {"metadata": {"k": "v"}}).metadata.to_dict() == {"k": "v"}
    assert v1.accounts.update(own_id, {"metadata": ""}).business_profile.name == own_name


def test_a_connected_account_counts_for_itself(client, v1, customer):
    shop = v1.accounts.create({"type": "standard", "business_profile": {"name": "Shop"}})
    assert shop.business_profile.name == "Shop" and v1.accounts.retrieve(shop.id).id == shop.id
    for theirs in [{"stripe_account": shop.id}, {"stripe_context": shop.id}]:
        someone = v1.customers.create({"name": "Theirs"}, theirs)
        with pytest.raises(stripe.InvalidRequestError) as refused:
            v1.customers.retrieve(someone.id)
        assert refused.value.http_status == 404
        assert v1.customers.retrieve(someone.id, {}, theirs).id == someone.id
    invoice = v1.invoices.create({"customer": someone.id, "currency": "eur"}, theirs)
    first = v1.invoices.finalize_invoice(invoice.id, {}, theirs)
    # Its numbers have the style of a new account, which is another.
    assert first.number.startswith("INV-") and first.number.endswith("-00001")
    assert issue(v1, customer).number.endswith("-0001")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.customers.list({}, {"stripe_account": "acct_nobody"})
    assert (refused.value.code, refused.value.param) == ("resource_missing", "Stripe-Account")


def test_versions(v1, customer):
    opened = issue(v1, customer)
    assert opened.last_response.headers["Stripe-Version"] == stripe.api_version
    assert "paid" not in opened and opened.total_taxes == []
    old = connect(stripe_version="2023-08-16").v1.invoices.retrieve(opened.id)
    assert old.last_response.headers["Stripe-Version"] == "2023-08-16"
    assert old.paid is False and "total_taxes" not in old
    with pytest.raises(stripe.InvalidRequestError) as refused:
        connect(stripe_version="2020-03-03").v1.invoices.retrieve(opened.id)
    assert (refused.value.http_status, refused.value.code) == (400, "api_version_invalid")


def test_a_caller_without_a_version_has_the_accounts(client, v1, customer):
    own(client, "post", "/v1/numbering/settings", mode="customer")
    own(client, "post", "/v1/account/api_version", api_version="2019-12-03")
    key = {"Authorization": f"Bearer {TEST_KEY}"}
    item = {"customer": customer.id, "amount": 5, "currency": "eur"}
    requests.post(f"{URL}/v1/invoiceitems", item, headers=key, timeout=30)
    invoice = {"customer": customer.id}
    early = requests.post(f"{URL}/v1/invoices", invoice, headers=key, timeout=30).json()
    assert (early["status"], early["number"]) == ("draft", f"{customer.invoice_prefix}-0001")
    own(client, "post", "/v1/account/api_version/rollback")
    params = {**invoice, "pending_invoice_items_behavior": "exclude"}
    late = requests.post(f"{URL}/v1/invoices", params, headers=key, timeout=30).json()
    assert (late["status"], late["number"]) == ("draft", None)
