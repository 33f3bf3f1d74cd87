// Numbers, pages, search, repeated requests, errors, accounts, versions and webhooks.

const assert = require("node:assert/strict");
const { randomUUID } = require("node:crypto");
const { test } = require("node:test");
const Stripe = require("stripe");
const { connect, draft, fresh, issue, receive, refused } = require("./server.js");
const { limitedKey, limitedUrl, liveKey, readerKey } = require("./server.js");

test("numbers are counted by account, and by customer", async () => {
  const stripe = await fresh();
  const [ada, bob] = await Promise.all([
    stripe.customers.create({ invoice_prefix: "ADA" }),
    stripe.customers.create({ invoice_prefix: "BOB" }),
  ]);
  const first = await issue(stripe, ada.id);
  assert.ok(first.number.endsWith("-0001") && !first.number.startsWith("ADA"));
  assert.equal("next_invoice_sequence" in ada, false);
  await stripe.rawRequest("POST", "/v1/numbering/settings", { mode: "customer" });
  await stripe.customers.update(bob.id, { next_invoice_sequence: 41 });
  assert.equal((await issue(stripe, ada.id)).number, "ADA-0001");
  assert.equal((await issue(stripe, bob.id)).number, "BOB-0041");
  const own = await issue(stripe, ada.id, 5, { number: "SPECIAL-7" });
  assert.equal(own.number, "SPECIAL-7");
  await refused(stripe.customers.create({ invoice_prefix: "ADA" }),
    "StripeInvalidRequestError", { code: "prefix_taken", param: "invoice_prefix" });
});

test("many requests at once leave no hole", async () => {
  const stripe = await fresh();
  const customer = (await stripe.customers.create({})).id;
  const drafts = await Promise.all(Array.from({ length: 100 }, () => draft(stripe, customer)));
  const open = await Promise.all(drafts.map(({ id }) => stripe.invoices.finalizeInvoice(id)));
  const ordinals = open.map(({ number }) => Number(number.split("-")[1])).sort((a, b) => a - b);
  assert.deepEqual(ordinals, Array.from({ length: 100 }, (_, place) => place + 1));
});

test("pages follow each other in both directions", async () => {
  const stripe = await fresh();
  const customer = (await stripe.customers.create({ name: "Ada" })).id;
  const made = [];
  for (let place = 0; place < 7; place += 1) made.push((await draft(stripe, customer)).id);
  const newestFirst = [...made].reverse();
  const down = [];
  for await (const invoice of stripe.invoices.list({ limit: 3 })) down.push(invoice.id);
  assert.deepEqual(down, newestFirst);
  const up = [];
  const before = { limit: 2, ending_before: newestFirst.at(-1) };
  for await (const invoice of stripe.invoices.list(before)) up.push(invoice.id);
  assert.deepEqual(up, made.slice(1));
  const [one] = (await stripe.invoices.list({ limit: 1, expand: ["data.customer"] })).data;
  assert.equal(one.customer.name, "Ada");
  await refused(stripe.invoices.list({ limit: 101 }),
    "StripeInvalidRequestError", { param: "limit" });
});

test("invoices are searched for, page by page", async () => {
  const stripe = await fresh();
  const customer = (await stripe.customers.create({})).id;
  const made = [];
  for (const amount of [100, 200, 300]) made.push((await issue(stripe, customer, amount)).id);
  const query = `customer:"${customer}" AND total>100`;
  const found = [];
  for await (const invoice of stripe.invoices.search({ query, limit: 1 })) found.push(invoice.id);
  assert.deepEqual(found, [made[2], made[1]]);
  await refused(stripe.invoices.search({ query: "status:open" }),
    "StripeInvalidRequestError", { param: "query" });
});

test("a repeated request gets the same answer", async () => {
  const stripe = await fresh();
  const options = { idempotencyKey: randomUUID() };
  const first = await stripe.customers.create({ name: "Ada" }, options);
  const again = await stripe.customers.create({ name: "Ada" }, options);
  assert.deepEqual(again, first);
  assert.equal(first.lastResponse.headers["idempotent-replayed"], undefined);
  assert.equal(again.lastResponse.headers["idempotent-replayed"], "true");
  await refused(stripe.customers.create({ name: "Bob" }, options),
    "StripeIdempotencyError", { statusCode: 400 });
  assert.equal((await stripe.customers.list()).data.length, 1);
});

test("errors by class, code and parameter", async () => {
  const stripe = await fresh();
  const customer = (await stripe.customers.create({})).id;
  const invalid = "StripeInvalidRequestError";
  await refused(stripe.invoices.create({ customer: "cus_nobody" }), invalid,
    { code: "resource_missing", param: "customer", statusCode: 400 });
  await refused(stripe.invoices.create({ customer, colour: "red" }), invalid,
    { code: "parameter_unknown", param: "colour" });
  await refused(stripe.invoiceItems.create({ customer, currency: "eur", amount: "much" }),
    invalid, { code: "parameter_invalid_integer", param: "amount" });
  await refused(stripe.creditNotes.create({ amount: 1 }), invalid,
    { code: "parameter_missing", param: "invoice" });
  await refused(connect("sk_test_nobody").customers.list(), "StripeAuthenticationError",
    { statusCode: 401, code: "api_key_invalid" });
  await refused(connect(readerKey).customers.create({}), "StripePermissionError",
    { statusCode: 403, code: "role_forbidden" });
  const limited = connect(limitedKey, { host: limitedUrl.hostname, port: limitedUrl.port });
  const many = async () => {
    for (let place = 0; place < 100; place += 1) await limited.customers.list();
  };
  await refused(many(), "StripeRateLimitError", { statusCode: 429, code: "rate_limit" });
});

test("accounts, modes and versions", async () => {
  const stripe = await fresh();
  const account = await stripe.accounts.retrieveCurrent();
  assert.match(account.id, /^acct_/);
  const shop = await stripe.rawRequest("POST", "/v1/accounts", { name: "Shop" });
  const store = await stripe.accounts.update(shop.id,
    { business_profile: { name: "Store" }, metadata: { a: "1" } });
  assert.deepEqual([store.id, store.business_profile.name, store.metadata.a],
    [shop.id, "Store", "1"]);
  const listed = await stripe.accounts.list({ limit: 1 });
  assert.deepEqual([listed.data[0].id, listed.data[0].business_profile.name], [shop.id, "Store"]);
  await refused(stripe.accounts.update("acct_nobody", { metadata: { a: "1" } }),
    "StripeInvalidRequestError", { statusCode: 404, code: "resource_missing" });
  for (const options of [{ stripeAccount: shop.id }, { stripeContext: shop.id }]) {
    const theirs = await stripe.customers.create({}, options);
    await refused(stripe.customers.retrieve(theirs.id), "StripeInvalidRequestError",
      { statusCode: 404 });
    const found = await stripe.customers.retrieve(theirs.id, {}, options);
    assert.equal(found.id, theirs.id);
  }
  const live = await connect(liveKey).customers.create({});
  assert.equal(live.livemode, true);
  const customer = (await stripe.customers.create({})).id;
  const { id, lastResponse } = await issue(stripe, customer);
  assert.equal(lastResponse.headers["stripe-version"], stripe.getApiField("version"));
  const old = await connect(undefined, { apiVersion: "2023-08-16" }).invoices.retrieve(id);
  assert.equal(old.paid, false);
  await refused(connect(undefined, { apiVersion: "2020-03-03" }).invoices.retrieve(id),
    "StripeInvalidRequestError", { code: "api_version_invalid" });
});

test("a delivered event is believed", async (t) => {
  const stripe = await fresh();
  const receiver = await receive(t);
  const enabled_events = ["invoice.finalized"];
  const made = await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events });
  const customer = (await stripe.customers.create({})).id;
  const invoice = await issue(stripe, customer);
  const { body, headers } = await receiver.waitFor("invoice.finalized");
  const signature = headers["stripe-signature"];
  const event = stripe.webhooks.constructEvent(body, signature, made.secret);
  assert.equal(event.data.object.number, invoice.number);
  assert.deepEqual((await stripe.events.retrieve(event.id)).data, event.data);
  assert.throws(() => stripe.webhooks.constructEvent(body, signature, `${made.secret}x`),
    Stripe.errors.StripeSignatureVerificationError);
  const listed = await stripe.events.list({ type: "invoice.*" });
  assert.ok(listed.data.some(({ id }) => id === event.id));
  const changed = await stripe.webhookEndpoints.update(made.id, { disabled: true });
  assert.equal(changed.status, "disabled");
  assert.equal((await stripe.webhookEndpoints.list()).data[0].id, made.id);
  assert.equal((await stripe.webhookEndpoints.del(made.id)).deleted, true);
});
