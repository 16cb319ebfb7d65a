// Checks what students see, one embed after the other, and copies what is put elsewhere.
// All of it works without this script; nothing here knows a word of any language.

const form = document.getElementById("course");
const told = document.getElementById("checked");
const all = document.getElementById("check-all");

// Says something to everyone, and shows it beside the button that it is about.
function tell(text, near) {
  told.textContent = text;
  for (const other of form.querySelectorAll("[data-told]")) other.textContent = "";
  if (near) near.textContent = text;
}

function say(name, values = {}, near = null) {
  tell(told.dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key]), near);
}

async function ask(id) {
  const fields = new URLSearchParams(new FormData(form));
  fields.set("embed", id);
  fields.set("alone", id);
  const answer = await fetch(all.formAction, { method: "POST", body: fields });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const trouble = page.querySelector("[data-trouble]") || (answer.ok ? null : page.querySelector("main"));
  return { trouble: trouble?.innerText.trim(), verdict: page.querySelector("[data-verdict]") };
}

// Gives whether Studio answered; what it did not is said.
async function check(id) {
  const entry = document.getElementById(`embed-${id}`);
  const near = entry.querySelector("[data-verdict] [data-told]");
  entry.setAttribute("aria-busy", "true");
  try {
    const { trouble, verdict } = await ask(id);
    if (trouble) tell(trouble, near);
    else show(entry, verdict);
    return !trouble;
  } catch {
    say("failed", {}, near);
    return false;
  } finally {
    entry.removeAttribute("aria-busy");
  }
}

function show(entry, verdict) {
  const old = entry.querySelector("[data-verdict]");
  const focused = old.contains(document.activeElement);
  old.replaceWith(verdict);
  if (focused) verdict.querySelector("button").focus();
}

async function checkOne(button) {
  const id = button.value;
  if (!(await check(id))) return;
  const entry = document.getElementById(`embed-${id}`);
  const title = entry.querySelector("h2 button").textContent;
  say("one", { title, verdict: entry.querySelector("[data-level]").textContent });
}

let running = false;

async function checkAll() {
  const ids = [...form.querySelectorAll("h2 button")].map((button) => button.value);
  const name = all.textContent;
  const values = { done: 0, count: ids.length };
  running = true;
  all.textContent = all.dataset.stop;
  say("progress", values);
  for (const id of ids) {
    if (!(running && (await check(id)))) break;
    values.done += 1;
    if (running) say("progress", values);
  }
  if (!running) say("stopped", values);
  running = false;
  all.textContent = name;
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  const near = button.nextElementSibling;
  try {
    await navigator.clipboard.writeText(field.value);
    say("copied", {}, near);
  } catch {
    field.focus(); // a frame of another site may not use the clipboard, unless the LMS lets it
    field.select();
    say(document.execCommand("copy") ? "copied" : "selected", {}, near);
  }
}

form?.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button === all) {
    event.preventDefault();
    if (running) running = false;
    else checkAll();
  } else if (button?.closest("[data-verdict]")) {
    event.preventDefault();
    checkOne(button);
  }
});

form?.addEventListener("click", (event) => {
  if (event.target.dataset.copy) copy(event.target);
});

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
