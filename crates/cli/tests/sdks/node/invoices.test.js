// Customers, invoices and credit notes, from the draft to every end that they can come to.

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { draft, fresh, issue, refused } = require("./server.js");

test("a customer is made, changed and deleted", async () => {
  const stripe = await fresh();
  const customer = await stripe.customers.create({
    name: "Ada Lovelace",
    address: { line1: "12 St James's Square", country: "GB" },
    metadata: { a: "1", b: "2" },
    preferred_locales: ["en", "fr"],
  });
  assert.deepEqual(customer.preferred_locales, ["en", "fr"]);
  assert.equal(customer.address.country, "GB");
  const changed = await stripe.customers.update(customer.id, {
    name: "",
    metadata: { a: "", b: "3", c: "4" },
  });
  assert.equal(changed.name, null);
  assert.deepEqual(changed.metadata, { b: "3", c: "4" });
  const cleared = await stripe.customers.update(customer.id, { metadata: "" });
  assert.deepEqual(cleared.metadata, {});
  assert.equal((await stripe.customers.del(customer.id)).deleted, true);
  assert.equal((await stripe.customers.retrieve(customer.id)).deleted, true);
});

test("a draft gets its number when it is finalized, and keeps it", async () => {
  const stripe = await fresh();
  const customer = (await stripe.customers.create({ name: "Ada" })).id;
  const invoice = await draft(stripe, customer);
  assert.deepEqual([invoice.status, invoice.number], ["draft", null]);
  const open = await stripe.invoices.finalizeInvoice(invoice.id, { auto_advance: false });
  assert.deepEqual([open.status, open.amount_due], ["open", 1000]);
  assert.match(open.number, /-0001$/);
  const given = await stripe.invoices.markUncollectible(open.id);
  assert.equal(given.status, "uncollectible");
  const paid = await stripe.invoices.pay(open.id, { paid_out_of_band: true });
  assert.deepEqual([paid.status, paid.number], ["paid", open.number]);
  const second = await issue(stripe, customer);
  const voided = await stripe.invoices.voidInvoice(second.id);
  assert.deepEqual([voided.status, voided.number], ["void", second.number]);
  const sent = await stripe.invoices.sendInvoice((await draft(stripe, customer)).id);
  assert.match(sent.number, /-0003$/);
  await refused(stripe.invoices.pay(voided.id), "StripeInvalidRequestError", {
    code: "status_transition_invalid",
    statusCode: 400,
  });
});

test("a deleted draft leaves nothing", async () => {
  const stripe = await fresh();
  const customer = (await stripe.customers.create({})).id;
  const gone = await stripe.invoices.del((await draft(stripe, customer)).id);
  assert.equal(gone.deleted, true);
  await refused(stripe.invoices.retrieve(gone.id), "StripeInvalidRequestError", {
    code: "resource_missing",
    param: "id",
    statusCode: 404,
  });
  assert.match((await issue(stripe, customer)).number, /-0001$/);
});

test("lines are added, changed and taken off", async () => {
  const stripe = await fresh();
  const customer = (await stripe.customers.create({})).id;
  const { id } = await stripe.invoices.create({ customer, currency: "eur" });
  const amounts = Array.from({ length: 12 }, (_, place) => ({ amount: place + 1 }));
  const added = await stripe.invoices.addLines(id, { lines: amounts });
  assert.deepEqual([added.total, added.lines.has_more], [78, true]);
  const lines = await stripe.invoices.listLineItems(id, { limit: 5 }).autoPagingToArray({
    limit: 100,
  });
  assert.equal(lines.length, 12);
  const update = { lines: [{ id: lines[1].id, amount: 50 }] };
  assert.equal((await stripe.invoices.updateLines(id, update)).total, 78 + 48);
  const one = await stripe.invoices.updateLineItem(id, lines[0].id, { description: "First" });
  assert.equal(one.description, "First");
  const remove = { lines: lines.slice(2).map((line) => ({ id: line.id, behavior: "delete" })) };
  assert.equal((await stripe.invoices.removeLines(id, remove)).total, 51);
});

test("items that wait are taken in, taxed, and shown before", async () => {
  const stripe = await fresh();
  const customer = (await stripe.customers.create({})).id;
  const rate = await stripe.taxRates.create({
    display_name: "VAT",
    inclusive: false,
    percentage: 19,
  });
  const item = await stripe.invoiceItems.create({
    customer,
    currency: "eur",
    quantity: 3,
    unit_amount_decimal: "33.5",
    tax_rates: [rate.id],
  });
  assert.equal(item.amount, 101);
  const shown = await stripe.invoices.createPreview({
    customer,
    invoice_items: [{ amount: 50, currency: "eur" }],
  });
  assert.equal(shown.total, 151 + 19);
  const invoice = await stripe.invoices.create({
    customer,
    pending_invoice_items_behavior: "include",
  });
  assert.deepEqual([invoice.subtotal, invoice.total], [101, 120]);
  assert.equal(invoice.total_taxes[0].tax_rate_details.tax_rate, rate.id);
});

test("a revision takes the place of its original", async () => {
  const stripe = await fresh();
  const customer = (await stripe.customers.create({})).id;
  const original = await issue(stripe, customer);
  const revision = await stripe.invoices.create({
    from_invoice: { action: "revision", invoice: original.id },
  });
  const open = await stripe.invoices.finalizeInvoice(revision.id);
  assert.match(open.number, /-0002$/);
  const replaced = await stripe.invoices.retrieve(original.id, { expand: ["latest_revision"] });
  assert.deepEqual([replaced.status, replaced.latest_revision.number], ["void", open.number]);
});

test("credit notes take back", async () => {
  const stripe = await fresh();
  const customer = (await stripe.customers.create({})).id;
  const invoice = await issue(stripe, customer);
  const params = { invoice: invoice.id, amount: 300 };
  assert.equal((await stripe.creditNotes.preview(params)).amount, 300);
  const lines = await stripe.creditNotes.listPreviewLineItems(params);
  assert.equal(lines.data[0].amount, 300);
  const note = await stripe.creditNotes.create({ ...params, memo: "Sorry" });
  assert.equal(note.number, `${invoice.number}-CN-01`);
  assert.equal((await stripe.creditNotes.listLineItems(note.id)).data.length, 1);
  assert.equal((await stripe.invoices.retrieve(invoice.id)).amount_remaining, 700);
  const voided = await stripe.creditNotes.voidCreditNote(note.id);
  assert.deepEqual([voided.status, voided.number], ["void", note.number]);
  await refused(stripe.creditNotes.create({ ...params, amount: 1001 }),
    "StripeInvalidRequestError", { param: "amount" });
});
