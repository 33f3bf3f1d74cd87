// The official library against a running server, of which nothing but the address is told.

const assert = require("node:assert/strict");
const http = require("node:http");
const Stripe = require("stripe");

const url = new URL(process.env.GAPLESS_SDK_URL);
const testKey = process.env.GAPLESS_SDK_TEST_KEY;
const liveKey = process.env.GAPLESS_SDK_LIVE_KEY;
// A key that may only read, and a server that takes on one request a second, with its key.
const readerKey = process.env.GAPLESS_SDK_READER_KEY;
const limitedUrl = new URL(process.env.GAPLESS_SDK_LIMITED_URL);
const limitedKey = process.env.GAPLESS_SDK_LIMITED_KEY;

// A client as its users make it; it would hide what fails now and then by asking again.
function connect(key = testKey, options = {}) {
  const address = { host: url.hostname, port: url.port, protocol: "http" };
  return new Stripe(key, { ...address, maxNetworkRetries: 0, telemetry: false, ...options });
}

// The test ledger, empty, in the mode that a new account is in.
async function fresh() {
  const stripe = connect();
  await stripe.rawRequest("POST", "/v1/test_ledger/wipe");
  await stripe.rawRequest("POST", "/v1/numbering/settings", { mode: "account" });
  return stripe;
}

// A draft with one line.
async function draft(stripe, customer, amount = 1000, params = {}) {
  const invoice = await stripe.invoices.create({ customer, currency: "eur", ...params });
  await stripe.invoiceItems.create({ customer, invoice: invoice.id, amount, currency: "eur" });
  return invoice;
}

// An invoice with its number.
async function issue(stripe, customer, amount, params) {
  const { id } = await draft(stripe, customer, amount, params);
  return stripe.invoices.finalizeInvoice(id);
}

// What a request is refused with; all of `expected` must be as it says.
function refused(request, kind, expected) {
  return assert.rejects(request, (error) => {
    assert.ok(error instanceof Stripe.errors[kind], `${error.type}: ${error.message}`);
    for (const [field, value] of Object.entries(expected)) {
      assert.equal(error[field], value, `${field} of: ${error.message}`);
    }
    return true;
  });
}

// A receiver of webhooks that keeps what comes.
async function receive(t) {
  const received = [];
  const waiting = new Set();
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ body: Buffer.concat(chunks), headers: request.headers });
      response.end();
      waiting.forEach((look) => look());
    });
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const find = (wanted) => received.find(({ body }) => body.includes(wanted));
  return {
    url: `http://127.0.0.1:${server.address().port}/hooks`,
    // The first request with such a body.
    waitFor: (wanted) =>
      new Promise((found, failed) => {
        const late = setTimeout(() => failed(new Error(`${wanted} did not come`)), 30_000);
        const look = () => {
          const one = find(wanted);
          if (!one) return;
          clearTimeout(late);
          waiting.delete(look);
          found(one);
        };
        waiting.add(look);
        look();
      }),
  };
}

module.exports = {
  connect,
  draft,
  fresh,
  issue,
  limitedKey,
  limitedUrl,
  liveKey,
  readerKey,
  receive,
  refused,
};
