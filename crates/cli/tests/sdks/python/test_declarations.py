"""Every object has what the library declares, of the type that it declares."""

import typing

import stripe

from conftest import issue


def expected(hint):
    """Whether something must be there, and of which types it may be."""
    if typing.get_origin(hint) is typing.Literal:
        return True, tuple({type(word) for word in typing.get_args(hint)})
    if typing.get_origin(hint) is not typing.Union:
        # Forward references and lists are looked at where they lead.
        return True, (hint,) if isinstance(hint, type) else (object,)
    sides = [expected(side) for side in typing.get_args(hint) if side is not type(None)]
    types = tuple(one for _, types in sides for one in types)
    return type(None) not in typing.get_args(hint), types


def words(hint):
    """The words that a field may hold; nothing where it may hold others."""
    if typing.get_origin(hint) is typing.Literal:
        return typing.get_args(hint)
    sides = typing.get_args(hint) if typing.get_origin(hint) is typing.Union else ()
    return tuple(word for side in sides for word in words(side))


def flaws(value, place):
    """What is otherwise than declared, of an object and of everything in it."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from flaws(one, f"{place}[{index}]")
    if not isinstance(value, stripe.StripeObject):
        return
    there = value.to_dict(recursive=False)
    for name, hint in type(value).__annotations__.items():
        if name.startswith("_") or name.isupper() or typing.get_origin(hint) is typing.ClassVar:
            continue
        field, at = there.get(name), f"{place}.{name}"
        is_needed, types = expected(hint)
        if field is None:
            # What is gone has nothing but its id.
            if is_needed and name != "deleted" and "deleted" not in there:
                yield f"{at} is missing"
        elif not isinstance(field, types) and object not in types:
            yield f"{at} is {field!r}, no {types}"
        elif isinstance(field, str) and words(hint) and field not in words(hint):
            yield f"{at} is {field!r}, none of {words(hint)}"
    for name, field in there.items():
        yield from flaws(field, f"{place}.{name}")


def everything(v1):
    """One of each object, as full as it can be."""
    rate = v1.tax_rates.create(
        {"display_name": "VAT", "inclusive": False, "percentage": 19, "tax_type": "vat"}
    )
    yield rate
    address = {"line1": "1 Main Street", "city": "London", "country": "GB"}
    customer = v1.customers.create(
        {
            "name": "Ada",
            "email": "ada@example.com",
            "address": address,
            "shipping": {"name": "Ada", "address": address},
            "invoice_settings": {"custom_fields": [{"name": "PO", "value": "7"}]},
        }
    )
    yield customer
    item = {"customer": customer.id, "currency": "eur", "tax_rates": [rate.id]}
    yield v1.invoice_items.create({**item, "quantity": 3, "unit_amount_decimal": "33.5"})
    yield v1.invoice_items.create({**item, "amount": 100})
    yield v1.invoices.create_preview({"customer": customer.id})
    draft = v1.invoices.create(
        {
            "customer": customer.id,
            "collection_method": "send_invoice",
            "days_until_due": 14,
            "pending_invoice_items_behavior": "include",
            "default_tax_rates": [rate.id],
            "custom_fields": [{"name": "PO", "value": "7"}],
        }
    )
    yield draft
    opened = v1.invoices.finalize_invoice(draft.id)
    yield opened
    yield v1.invoices.line_items.list(opened.id)
    source = {"action": "revision", "invoice": opened.id}
    yield v1.invoices.create({"from_invoice": source})
    params = {"invoice": opened.id, "amount": 50, "reason": "duplicate"}
    yield v1.credit_notes.preview(params)
    note = v1.credit_notes.create(params)
    yield note
    yield v1.credit_notes.line_items.list(note.id)
    paid = {"paid_out_of_band": True, "expand": ["payments", "customer"]}
    yield v1.invoices.pay(opened.id, paid)
    yield v1.invoices.void_invoice(issue(v1, customer).id)
    yield v1.invoices.delete(v1.invoices.create({"customer": customer.id}).id)
    endpoint = {"url": "http://127.0.0.1:9/hook", "enabled_events": ["*"]}
    yield v1.webhook_endpoints.create(endpoint)
    yield v1.customers.update(customer.id, {"description": "Mathematician"})
    yield v1.events.list({"limit": 100})
    yield v1.accounts.retrieve_current()
    yield v1.customers.delete(customer.id)


def test_objects_are_as_declared(v1):
    found = [flaw for one in everything(v1) for flaw in flaws(one, type(one).__name__)]
    assert not found, "\n".join(found)


def test_a_flaw_is_found(v1):
    params = {"name": "Ada", "invoice_settings": {"footer": "Thanks"}}
    told = v1.customers.create(params).to_dict()
    assert not list(flaws(stripe.Customer.construct_from(told, None), "it"))
    for change, flaw in [
        ({"created": None}, "it.created is missing"),
        ({"livemode": "false"}, "it.livemode is 'false'"),
        ({"tax_exempt": "perhaps"}, "it.tax_exempt is 'perhaps'"),
        ({"invoice_settings": "none"}, "it.invoice_settings is 'none'"),
    ]:
        changed = stripe.Customer.construct_from({**told, **change}, None)
        [found] = flaws(changed, "it")
        assert found.startswith(flaw), found
