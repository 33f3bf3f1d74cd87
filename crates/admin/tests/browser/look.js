// Every page in Debian's Chromium: as several people, light, dark and on a phone, with and without
// scripts. It fails on any error on the console, on anything that the content policy stops, and on
// serious findings of axe; it leaves a picture of each page.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");

const axeSource = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const { url, people, password, pages, pictures } = JSON.parse(process.env.GAPLESS_LOOK);
const wrong = [];

const LOOKS = [
  { name: "light", options: { colorScheme: "light", viewport: { width: 1280, height: 900 } } },
  { name: "dark", options: { colorScheme: "dark", viewport: { width: 1280, height: 900 } } },
  {
    name: "phone",
    options: { colorScheme: "light", viewport: { width: 390, height: 844 }, isMobile: true },
  },
];

function watch(page, who) {
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(`${who} ${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`${who} ${page.url()}: ${error}`));
  page.on("requestfailed", (request) => {
    if (!request.failure()?.errorText.includes("ABORTED")) wrong.push(`${who} ${request.url()}: failed`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) wrong.push(`${who} ${page.url()}: asks ${request.url()}`);
  });
}

async function signIn(page, email) {
  await page.goto(`${url}/sign-in`);
  await page.fill("#email", email);
  await page.fill("#password", password);
  await page.click("main button.primary");
  await page.waitForURL(`${url}/`);
}

async function judge(page, who) {
  // What the debugger evaluates is not ruled by the policy of the page.
  await page.evaluate(`${axeSource}; undefined`);
  const found = await page.evaluate(async () => {
    const result = await window.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    });
    return result.violations
      .filter((violation) => ["serious", "critical"].includes(violation.impact))
      .map((violation) => `${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.html).join(" | ")}`);
  });
  for (const violation of found) wrong.push(`${who} ${page.url()}: ${violation}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) wrong.push(`${who} ${page.url()}: ${wide} pixels wider than the window`);
}

async function look(browser, email, look, paths) {
  const context = await browser.newContext(look.options);
  const page = await context.newPage();
  const who = `${email.split("@")[0]}, ${look.name}`;
  watch(page, who);
  await signIn(page, email);
  for (const each of paths) {
    const answer = await page.goto(url + each);
    if (answer.status() !== 200) wrong.push(`${who} ${each}: ${answer.status()}`);
    await judge(page, who);
    const name = each.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "dashboard";
    await page.screenshot({ path: path.join(pictures, `${name}-${look.name}.png`), fullPage: true });
  }
  await context.close();
}

async function previewWhileTyping(browser) {
  const page = await (await browser.newContext()).newPage();
  watch(page, "typing");
  await signIn(page, people[0]);
  await page.goto(`${url}/settings`);
  await page.fill("#prefix", "RE/");
  await page.waitForFunction(() => document.querySelector(".huge")?.textContent.startsWith("RE/"));
  await page.waitForFunction(() => document.querySelector("#preview").textContent.includes(".pdf"));
  // The palette inserts at the cursor, and the keyboard alone gets there.
  await page.goto(`${url}/series/new`);
  await page.fill("#pattern", "AB");
  await page.evaluate(() => document.getElementById("pattern").setSelectionRange(1, 1));
  await page.focus("button[data-token='{seq}']");
  await page.keyboard.press("Enter");
  const typed = await page.inputValue("#pattern");
  if (typed !== "A{seq}B") wrong.push(`the palette made ${typed}`);
  await page.context().close();
}

async function withoutScripts(browser) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  watch(page, "without scripts");
  await signIn(page, people[0]);
  await page.goto(`${url}/test/invoices/new`);
  await page.fill("#new_customer", "No Script Ltd");
  await page.click("main button.primary");
  await page.fill("[name=line0_what]", "Advice");
  await page.fill("[name=line0_price]", "10.00");
  await page.click("button[name=finalize]");
  const badge = await page.textContent("h1 .badge");
  if (badge.trim() !== "open") wrong.push(`without scripts the invoice is ${badge}`);
  await page.click("summary:has-text('Void')");
  await page.fill("#reason", "A trial");
  await page.click("button.danger:has-text('Void')");
  const after = await page.textContent("h1 .badge");
  if (after.trim() !== "void") wrong.push(`without scripts the voided invoice is ${after}`);
  await context.close();
}

(async () => {
  const browser = await chromium.launch({
    executablePath: process.env.GAPLESS_TEST_CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    for (const each of LOOKS) await look(browser, people[0], each, pages);
    for (const email of people.slice(1)) {
      const own = pages.filter((each) => !/developers|\/new|people/.test(each));
      await look(browser, email, { ...LOOKS[0], name: email.split("@")[0] }, own);
    }
    await previewWhileTyping(browser);
    await withoutScripts(browser);
  } finally {
    await browser.close();
  }
  if (wrong.length) {
    console.error([...new Set(wrong)].join("\n"));
    process.exit(1);
  }
})();
