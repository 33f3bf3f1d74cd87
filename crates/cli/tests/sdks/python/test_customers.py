"""Customers: their life, their metadata, and their prefixes."""

import pytest
import stripe


def test_a_customer_is_made_changed_and_deleted(v1):
    customer = v1.customers.create(
        {
            "name": "Ada Lovelace",
            "email": "ada@example.com",
            "phone": "+44 20 7946 0000",
            "address": {"line1": "12 St James's Square", "city": "London", "country": "GB"},
            "shipping": {"name": "Ada", "address": {"city": "Marylebone"}},
            "invoice_settings": {"custom_fields": [{"name": "PO", "value": "7"}]},
            "preferred_locales": ["en", "fr"],
            "tax_exempt": "reverse",
        }
    )
    assert isinstance(customer, stripe.Customer)
    assert customer.id.startswith("cus_") and customer.livemode is False
    assert customer.address.country == "GB" and customer.shipping.address.city == "Marylebone"
    assert customer.invoice_settings.custom_fields[0].value == "7"
    assert customer.preferred_locales == ["en", "fr"] and customer.tax_exempt == "reverse"
    changed = v1.customers.update(customer.id, {"name": "Ada King", "phone": ""})
    assert (changed.name, changed.phone) == ("Ada King", None)
    assert v1.customers.retrieve(customer.id).to_dict() == changed.to_dict()
    gone = v1.customers.delete(customer.id)
    assert gone.deleted is True and gone.id == customer.id
    assert v1.customers.retrieve(customer.id).deleted is True
    assert v1.customers.list().data == []


def test_metadata_is_laid_over_and_taken_away(v1):
    customer = v1.customers.create({"metadata": {"a": "1", "b": "2"}})
    merged = v1.customers.update(customer.id, {"metadata": {"b": "3", "c": "4"}})
    assert merged.metadata.to_dict() == {"a": "1", "b": "3", "c": "4"}
    without = v1.customers.update(customer.id, {"metadata": {"a": ""}})
    assert without.metadata.to_dict() == {"b": "3", "c": "4"}
    assert v1.customers.update(customer.id, {"metadata": ""}).metadata.to_dict() == {}


def test_limits_of_metadata_are_told_by_name(v1):
    for metadata, param in [
        ({"k" * 41: "v"}, "metadata"),
        ({"k": "v" * 501}, "metadata[k]"),
        ({f"k{place}": "v" for place in range(51)}, "metadata"),
    ]:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            v1.customers.create({"metadata": metadata})
        assert refused.value.param.startswith(param), refused.value


def test_prefixes_are_taken_for_ever(v1):
    first = v1.customers.create({"invoice_prefix": "ADA"})
    assert first.invoice_prefix == "ADA"
    v1.customers.update(first.id, {"invoice_prefix": "LOVE"})
    for taken in ["ADA", "LOVE"]:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            v1.customers.create({"invoice_prefix": taken})
        assert (refused.value.code, refused.value.param) == ("prefix_taken", "invoice_prefix")
    generated = v1.customers.create({}).invoice_prefix
    assert 1 <= len(generated) <= 12 and generated == generated.upper()


def test_customers_are_found_by_email(v1):
    ada = v1.customers.create({"email": "ada@example.com"})
    v1.customers.create({"email": "bob@example.com"})
    assert [found.id for found in v1.customers.list({"email": "ada@example.com"})] == [ada.id]
    assert v1.customers.list({"created": {"gt": 4_000_000_000}}).data == []
