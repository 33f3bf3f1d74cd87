"""Lists, pages in both directions, expanded ids, and search."""

import pytest
import stripe

from conftest import draft, issue


def test_pages_follow_each_other_in_both_directions(v1, customer):
    made = [draft(v1, customer).id for _ in range(12)]
    newest_first = made[::-1]
    page = v1.invoices.list({"limit": 5})
    assert page.has_more is True and [invoice.id for invoice in page] == newest_first[:5]
    assert [invoice.id for invoice in page.auto_paging_iter()] == newest_first
    after = v1.invoices.list({"limit": 3, "starting_after": newest_first[8]})
    assert [invoice.id for invoice in after.auto_paging_iter()] == newest_first[9:]
    # Towards the newest the library hands out each page from its end.
    before = v1.invoices.list({"limit": 4, "ending_before": newest_first[-1]})
    assert [invoice.id for invoice in before] == newest_first[-5:-1]
    assert [invoice.id for invoice in before.auto_paging_iter()] == made[1:]
    assert before.previous_page().has_more is True


def test_filters(v1, customer):
    other = v1.customers.create({"name": "Bob"})
    opened = issue(v1, customer)
    waiting = draft(v1, other)
    assert [found.id for found in v1.invoices.list({"status": "open"})] == [opened.id]
    assert [found.id for found in v1.invoices.list({"customer": other.id})] == [waiting.id]
    both = v1.invoices.list({"created": {"gte": opened.created}})
    assert [found.id for found in both] == [waiting.id, opened.id]
    assert v1.invoices.list({"due_date": {"lt": 4_000_000_000}}).data == []
    manual = v1.invoices.list({"collection_method": "send_invoice"})
    assert manual.data == []


def test_wrong_cursors_and_limits(v1, customer):
    for params, param in [
        ({"limit": 101}, "limit"),
        ({"limit": 0}, "limit"),
        ({"starting_after": "in_nobody"}, "starting_after"),
        ({"ending_before": customer.id}, "ending_before"),
        ({"status": "gone"}, "status"),
    ]:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            v1.invoices.list(params)
        assert refused.value.param == param, params


def test_ids_are_expanded_four_deep(v1, customer):
    original = issue(v1, customer)
    source = {"action": "revision", "invoice": original.id}
    revision = v1.invoices.create({"from_invoice": source})
    path = "data.from_invoice.invoice.customer"
    [found] = v1.invoices.list({"status": "draft", "expand": [path]})
    assert found.id == revision.id and isinstance(found.customer, str)
    assert isinstance(found.from_invoice.invoice, stripe.Invoice)
    assert isinstance(found.from_invoice.invoice.customer, stripe.Customer)
    assert found.from_invoice.invoice.customer.name == "Ada"
    note = v1.credit_notes.create({"invoice": original.id, "amount": 1})
    expand = ["invoice.customer", "customer"]
    shown = v1.credit_notes.retrieve(note.id, {"expand": expand})
    assert shown.invoice.customer.id == shown.customer.id == customer.id
    for path in ["data.from_invoice.invoice.latest_revision.customer", "data.total"]:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            v1.invoices.list({"expand": [path]})
        assert refused.value.param == "expand[0]"


def test_search(v1, customer):
    made = [issue(v1, customer, amount=100 * place) for place in range(1, 8)]
    v1.invoices.update(made[0].id, {"metadata": {"order": "17"}})
    v1.invoices.pay(made[0].id)
    for query, places in [
        (f'number:"{made[2].number}"', [2]),
        ('status:"paid"', [0]),
        ('-status:"paid"', [6, 5, 4, 3, 2, 1]),
        (f'customer:"{customer.id}" AND total>=600', [6, 5]),
        ("total:100 OR total:300", [2, 0]),
        ('metadata["order"]:"17"', [0]),
        ('number~"-000" AND currency:"eur" AND total<300', [1, 0]),
        ("created>4000000000", []),
    ]:
        found = v1.invoices.search({"query": query, "limit": 2})
        assert isinstance(found, stripe.SearchResultObject)
        ids = [invoice.id for invoice in found.auto_paging_iter()]
        assert ids == [made[place].id for place in places], query
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.invoices.search({"query": "status:open"})
    assert refused.value.param == "query"
