"""Invoices, from the draft to every end that they can come to."""

from decimal import Decimal

import pytest
import stripe

from conftest import draft, issue


def test_a_draft_gets_its_number_when_it_is_finalized(v1, customer):
    invoice = draft(v1, customer)
    shown = v1.invoices.retrieve(invoice.id)
    assert isinstance(shown, stripe.Invoice)
    assert (shown.status, shown.number, shown.total) == ("draft", None, 1000)
    assert shown.hosted_invoice_url is None and shown.invoice_pdf is None
    opened = v1.invoices.finalize_invoice(invoice.id)
    assert (opened.status, opened.amount_due, opened.amount_remaining) == ("open", 1000, 1000)
    assert opened.number.endswith("-0001")
    assert opened.status_transitions.finalized_at >= invoice.created
    assert invoice.id in opened.hosted_invoice_url and invoice.id in opened.invoice_pdf
    assert (opened.customer_name, opened.customer_email) == ("Ada", "ada@example.com")


def test_a_deleted_draft_leaves_nothing(v1, customer):
    gone = v1.invoices.delete(draft(v1, customer).id)
    assert gone.deleted is True
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.invoices.retrieve(gone.id)
    told = (refused.value.http_status, refused.value.code, refused.value.param)
    assert told == (404, "resource_missing", "id")
    assert issue(v1, customer).number.endswith("-0001")


def test_what_was_finalized_stays(v1, customer):
    invoice = issue(v1, customer)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.invoices.delete(invoice.id)
    assert refused.value.http_status == 400
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.invoices.update(invoice.id, {"collection_method": "send_invoice"})
    assert refused.value.code == "invoice_not_editable"
    words = v1.invoices.update(invoice.id, {"description": "Thanks", "metadata": {"k": "v"}})
    assert (words.description, words.metadata["k"]) == ("Thanks", "v")


def test_voiding_keeps_the_number(v1, customer):
    invoice = issue(v1, customer)
    void = v1.invoices.void_invoice(invoice.id)
    assert (void.status, void.number) == ("void", invoice.number)
    assert void.status_transitions.voided_at is not None
    for step, code in [
        (v1.invoices.pay, "status_transition_invalid"),
        (v1.invoices.void_invoice, "status_transition_invalid"),
        (v1.invoices.finalize_invoice, "invoice_not_editable"),
    ]:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            step(invoice.id)
        assert refused.value.code == code
    assert issue(v1, customer).number.endswith("-0002")


def test_paying(v1, customer):
    invoice = issue(v1, customer)
    paid = v1.invoices.pay(invoice.id, {"paid_out_of_band": True, "expand": ["payments"]})
    assert (paid.status, paid.amount_paid, paid.amount_remaining) == ("paid", 1000, 0)
    assert paid.status_transitions.paid_at is not None
    assert paid.payments.data[0].amount_paid == 1000 and paid.payments.data[0].status == "paid"


def test_giving_up_and_being_paid_after_all(v1, customer):
    invoice = issue(v1, customer)
    assert v1.invoices.mark_uncollectible(invoice.id).status == "uncollectible"
    assert v1.invoices.pay(invoice.id).status == "paid"


def test_sending(v1, customer):
    due = {"collection_method": "send_invoice", "days_until_due": 14}
    sent = v1.invoices.send_invoice(draft(v1, customer, **due).id)
    assert sent.status == "open" and sent.number.endswith("-0001")
    assert sent.due_date == sent.status_transitions.finalized_at + 14 * 24 * 60 * 60
    told = [event.type for event in v1.events.list({"type": "invoice.sent"})]
    assert told == ["invoice.sent"]
    nameless = v1.customers.create({})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.invoices.create({"customer": nameless.id, **due})
    assert refused.value.param in ("customer", "collection_method"), refused.value


def test_nothing_to_pay_is_paid(v1, customer):
    invoice = v1.invoices.create({"customer": customer.id, "currency": "eur"})
    assert v1.invoices.finalize_invoice(invoice.id).status == "paid"


def test_a_revision_takes_the_place_of_its_original(v1, customer):
    original = issue(v1, customer)
    revision = v1.invoices.create(
        {"from_invoice": {"action": "revision", "invoice": original.id}}
    )
    assert revision.status == "draft" and revision.from_invoice.invoice == original.id
    assert revision.from_invoice.action == "revision" and revision.total == 1000
    opened = v1.invoices.finalize_invoice(revision.id)
    assert opened.number.endswith("-0002")
    replaced = v1.invoices.retrieve(original.id)
    assert (replaced.status, replaced.latest_revision) == ("void", opened.id)


def test_pending_items_are_taken_in(v1, customer):
    params = {"customer": customer.id, "currency": "eur", "description": "Tea"}
    item = v1.invoice_items.create({**params, "quantity": 3, "unit_amount_decimal": "33.5"})
    assert isinstance(item, stripe.InvoiceItem)
    assert item.amount == 101 and item.pricing.unit_amount_decimal == Decimal("33.5")
    assert [found.id for found in v1.invoice_items.list({"pending": True})] == [item.id]
    more = v1.invoice_items.update(item.id, {"quantity": 2, "metadata": {"k": "v"}})
    assert (more.amount, more.metadata["k"]) == (67, "v")
    behavior = {"pending_invoice_items_behavior": "include"}
    invoice = v1.invoices.create({"customer": customer.id, **behavior})
    assert invoice.total == 67 and invoice.lines.data[0].description == "Tea"
    assert v1.invoice_items.list({"pending": True}).data == []
    assert v1.invoice_items.retrieve(item.id).invoice == invoice.id
    spare = v1.invoice_items.create({**params, "amount": 5})
    assert v1.invoice_items.delete(spare.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.invoice_items.retrieve(spare.id)
    assert refused.value.code == "resource_missing"


def test_lines_are_added_changed_and_taken_off(v1, customer):
    invoice = v1.invoices.create({"customer": customer.id, "currency": "eur"})
    lines = [{"amount": amount, "description": f"{amount}"} for amount in range(1, 13)]
    added = v1.invoices.add_lines(invoice.id, {"lines": lines})
    assert added.total == 78 and added.lines.has_more is True
    ids = [line.id for line in added.lines.auto_paging_iter()]
    assert len(ids) == 12
    listed = v1.invoices.line_items.list(invoice.id, {"limit": 5})
    assert [line.id for line in listed.auto_paging_iter()] == ids
    changes = {"lines": [{"id": ids[1], "amount": 50}], "invoice_metadata": {"k": "v"}}
    changed = v1.invoices.update_lines(invoice.id, changes)
    assert (changed.total, changed.metadata["k"]) == (78 + 48, "v")
    one = v1.invoices.line_items.update(invoice.id, ids[0], {"description": "First"})
    assert isinstance(one, stripe.InvoiceLineItem) and one.description == "First"
    away = {"lines": [{"id": line, "behavior": "delete"} for line in ids[2:]]}
    assert v1.invoices.remove_lines(invoice.id, away).total == 1 + 50
    v1.invoices.finalize_invoice(invoice.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.invoices.add_lines(invoice.id, {"lines": [{"amount": 1}]})
    assert refused.value.code == "invoice_not_editable"


def test_tax_rates(v1, customer):
    vat = v1.tax_rates.create({"display_name": "VAT", "inclusive": False, "percentage": 19})
    within = v1.tax_rates.create({"display_name": "TVA", "inclusive": True, "percentage": 5.5})
    assert isinstance(vat, stripe.TaxRate) and (vat.percentage, within.percentage) == (19, 5.5)
    invoice = v1.invoices.create(
        {"customer": customer.id, "currency": "eur", "default_tax_rates": [vat.id]}
    )
    lines = [{"amount": 1000}, {"amount": 1055, "tax_rates": [within.id]}]
    shown = v1.invoices.add_lines(invoice.id, {"lines": lines})
    assert (shown.subtotal, shown.total_excluding_tax) == (2055, 2000)
    assert shown.total == 2055 + 190
    taxes = {tax.tax_rate_details.tax_rate: tax.amount for tax in shown.total_taxes}
    assert taxes == {vat.id: 190, within.id: 55}
    assert v1.tax_rates.update(vat.id, {"active": False}).active is False
    assert [rate.id for rate in v1.tax_rates.list({"active": True})] == [within.id]
    assert v1.tax_rates.retrieve(vat.id).display_name == "VAT"


def test_a_preview_keeps_nothing(v1, customer):
    params = {"customer": customer.id, "currency": "eur", "amount": 100}
    v1.invoice_items.create(params)
    items = [{"amount": 50, "currency": "eur", "description": "One more"}]
    shown = v1.invoices.create_preview({"customer": customer.id, "invoice_items": items})
    assert isinstance(shown, stripe.Invoice) and shown.total == 150 and shown.number is None
    assert v1.invoices.list().data == [] and len(v1.invoice_items.list({"pending": True})) == 1
    with pytest.raises(stripe.InvalidRequestError) as refused:
        v1.invoices.create_preview({"customer": v1.customers.create({}).id})
    assert refused.value.code == "invoice_upcoming_none"
