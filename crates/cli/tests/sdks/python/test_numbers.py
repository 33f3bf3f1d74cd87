"""Numbers, at both levels and from many threads at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from conftest import LIVE_KEY, connect, draft, issue, own

INVOICES = 200
THREADS = 16


def test_one_sequence_for_the_account(v1):
    ada = v1.customers.create({"name": "Ada"})
    bob = v1.customers.create({"name": "Bob"})
    numbers = [issue(v1, customer).number for customer in [ada, bob, ada]]
    prefix = numbers[0].removesuffix("-0001")
    assert numbers == [f"{prefix}-{ordinal:04}" for ordinal in [1, 2, 3]]
    assert "next_invoice_sequence" not in ada
    # What is said of a customer's own sequence is not looked at.
    v1.customers.update(ada.id, {"next_invoice_sequence": 100})
    assert issue(v1, ada).number == f"{prefix}-0004"


def test_a_sequence_for_each_customer(client, v1):
    own(client, "post", "/v1/numbering/settings", mode="customer")
    ada = v1.customers.create({"invoice_prefix": "ADA"})
    bob = v1.customers.create({"invoice_prefix": "BOB", "next_invoice_sequence": 41})
    assert (ada.next_invoice_sequence, bob.next_invoice_sequence) == (1, 41)
    numbers = [issue(v1, customer).number for customer in [ada, bob, ada, bob]]
    assert numbers == ["ADA-0001", "BOB-0041", "ADA-0002", "BOB-0042"]
    assert v1.customers.retrieve(ada.id).next_invoice_sequence == 3
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.customers.update(ada.id, {"next_invoice_sequence": 2})
    assert (refused.value.code, refused.value.param) == (
        "advance_backward",
        "next_invoice_sequence",
    )
    v1.customers.update(ada.id, {"next_invoice_sequence": 9999, "invoice_prefix": "LOVE"})
    assert [issue(v1, ada).number for _ in range(2)] == ["LOVE-9999", "LOVE-10000"]


def test_the_level_is_switched_and_back(client, v1, customer):
    settings = "/v1/numbering/settings"
    first = issue(v1, customer).number
    own(client, "post", settings, mode="customer")
    between = issue(v1, customer).number
    assert between == f"{v1.customers.retrieve(customer.id).invoice_prefix}-0001"
    own(client, "post", settings, mode="account")
    again = issue(v1, customer).number
    assert again == first.replace("-0001", "-0002")
    assert [invoice.number for invoice in v1.invoices.list()] == [again, between, first]


def test_an_own_number(v1, customer):
    first = issue(v1, customer, number="SPECIAL-7")
    assert first.number == "SPECIAL-7"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        draft(v1, customer, number="special-7")
    assert (refused.value.code, refused.value.param) == ("number_taken", "number")
    assert issue(v1, customer).number.endswith("-0001")


def test_live_and_test_count_for_themselves(v1, customer):
    assert issue(v1, customer).number.endswith("-0001")
    live = connect(key=LIVE_KEY).v1
    someone = live.customers.create({"name": "Ada"})
    assert someone.livemode is True
    before = issue(live, someone).number
    after = issue(live, someone).number
    assert int(after.split("-")[1]) == int(before.split("-")[1]) + 1
    assert issue(v1, customer).number.endswith("-0002")


def test_threads_finalize_without_a_hole(client, v1, customer):
    drafts = [draft(v1, customer).id for _ in range(INVOICES)]
    # Some are deleted before, and some are finalized twice at once.
    for invoice in drafts[:5]:
        v1.invoices.delete(invoice)
    asked = drafts[5:] + drafts[5:15]

    def finalize(invoice):
        try:
            return v1.invoices.finalize_invoice(invoice).number
        except stripe.InvalidRequestError as refused:
            assert refused.code == "invoice_not_editable", refused
            return None

    with ThreadPoolExecutor(THREADS) as threads:
        numbers = [number for number in threads.map(finalize, asked) if number]
    ordinals = sorted(int(number.split("-")[1]) for number in numbers)
    assert ordinals == list(range(1, INVOICES - 5 + 1))
    listed = [invoice.number for invoice in v1.invoices.list({"limit": 100}).auto_paging_iter()]
    assert sorted(listed) == sorted(numbers)
    assert own(client, "get", "/v1/trail/verify").data["valid"] is True
