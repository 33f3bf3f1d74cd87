"""Credit notes, and what they take back."""

import pytest
import stripe

from conftest import draft, issue


def test_a_credit_note_lowers_what_is_due(v1, customer):
    invoice = issue(v1, customer)
    params = {"invoice": invoice.id, "amount": 300, "reason": "order_change"}
    shown = v1.credit_notes.preview(params)
    assert isinstance(shown, stripe.CreditNote) and shown.amount == 300
    lines = v1.credit_notes.preview_lines.list(params)
    assert [line.amount for line in lines.auto_paging_iter()] == [300]
    assert v1.credit_notes.list().data == []
    note = v1.credit_notes.create({**params, "memo": "Sorry"})
    assert note.number == f"{invoice.number}-CN-01" and note.type == "pre_payment"
    assert v1.invoices.retrieve(invoice.id).amount_remaining == 700
    second = v1.credit_notes.create({"invoice": invoice.id, "amount": 700})
    assert second.number == f"{invoice.number}-CN-02"
    settled = v1.invoices.retrieve(invoice.id)
    assert (settled.status, settled.amount_remaining) == ("paid", 0)
    assert settled.pre_payment_credit_notes_amount == 1000
    listed = v1.credit_notes.list({"invoice": invoice.id})
    assert [one.id for one in listed] == [second.id, note.id]


def test_voiding_gives_it_back_and_keeps_the_number(v1, customer):
    invoice = issue(v1, customer)
    note = v1.credit_notes.create({"invoice": invoice.id, "amount": 300})
    changed = v1.credit_notes.update(note.id, {"memo": "Wrong", "metadata": {"k": "v"}})
    assert (changed.memo, changed.metadata["k"]) == ("Wrong", "v")
    void = v1.credit_notes.void_credit_note(note.id)
    assert (void.status, void.number) == ("void", note.number)
    assert v1.invoices.retrieve(invoice.id).amount_remaining == 1000
    after = v1.credit_notes.create({"invoice": invoice.id, "amount": 1})
    assert after.number == f"{invoice.number}-CN-02"


def test_lines_are_taken_back_one_by_one(v1, customer):
    invoice = issue(v1, customer)
    line = {
        "type": "invoice_line_item",
        "invoice_line_item": invoice.lines.data[0].id,
        "amount": 250,
    }
    custom = {
        "type": "custom_line_item",
        "description": "Goodwill",
        "quantity": 2,
        "unit_amount": 10,
    }
    note = v1.credit_notes.create({"invoice": invoice.id, "lines": [line, custom]})
    assert note.amount == 270
    lines = list(v1.credit_notes.line_items.list(note.id).auto_paging_iter())
    assert [one.type for one in lines] == ["invoice_line_item", "custom_line_item"]
    assert lines[0].invoice_line_item == invoice.lines.data[0].id


def test_what_was_paid_goes_back_in_full(v1, customer):
    invoice = issue(v1, customer)
    v1.invoices.pay(invoice.id)
    with pytest.raises(stripe.InvalidRequestError):
        v1.credit_notes.create({"invoice": invoice.id, "amount": 400, "credit_amount": 300})
    note = v1.credit_notes.create(
        {"invoice": invoice.id, "amount": 400, "credit_amount": 300, "out_of_band_amount": 100}
    )
    assert (note.type, note.post_payment_amount) == ("post_payment", 400)
    assert v1.customers.retrieve(customer.id).balance == -300
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.credit_notes.void_credit_note(note.id)
    assert refused.value.code == "status_transition_invalid"


def test_no_more_than_there_is_and_nothing_of_a_draft(v1, customer):
    invoice = issue(v1, customer)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.credit_notes.create({"invoice": invoice.id, "amount": 1001})
    assert refused.value.param == "amount"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.credit_notes.create({"invoice": draft(v1, customer).id, "amount": 1})
    assert refused.value.code == "status_transition_invalid"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.credit_notes.create({"amount": 1})
    assert (refused.value.code, refused.value.param) == ("parameter_missing", "invoice")
