// What pages do beyond forms and links, where scripts run. Everything works without it.
"use strict";

// A token of the palette goes in where the cursor is.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-token]");
  if (!button) return;
  const field = document.getElementById(button.dataset.into);
  if (!field) return;
  event.preventDefault();
  const start = field.selectionStart ?? field.value.length;
  const end = field.selectionEnd ?? start;
  field.setRangeText(button.dataset.token, start, end, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// The box at the head of a list ticks all of them.
document.addEventListener("change", (event) => {
  if (!event.target.matches("input[data-all]")) return;
  const boxes = event.target.closest("form").querySelectorAll(`input[name="${event.target.dataset.all}"]`);
  for (const box of boxes) box.checked = event.target.checked;
});

// One open menu at a time, and Escape closes it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[name=menus][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
