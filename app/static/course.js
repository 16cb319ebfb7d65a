// Checks what students see, one embed after the other, and copies what is put elsewhere.
// All of it works without this script; nothing here knows a word of any language.

const form = document.getElementById("course");
const told = document.getElementById("checked");
const all = document.getElementById("check-all");

// Says something to everyone, and shows it beside the button that it is about.
function tell(text, near) {
  told.textContent = text;
  if (near) near.textContent = text;
}

function forget() {
  for (const near of form.querySelectorAll("[data-told]")) near.textContent = "";
}

function say(name, values = {}, near = null) {
  tell(told.dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key]), near);
}

const idOf = (entry) => entry.querySelector("h2 button").value;

// The embeds of the same media: Studio is asked about media.
function alike(entry) {
  return [...form.querySelectorAll(`li[data-media="${entry.dataset.media}"]`)];
}

// Gives the page about an embed and those alike, and what went wrong, if anything did.
async function ask(entry) {
  const fields = new URLSearchParams(new FormData(form));
  fields.set("embed", idOf(entry));
  for (const each of alike(entry)) fields.append("alone", idOf(each));
  const answer = await fetch(all.formAction, { method: "POST", body: fields });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const trouble = page.querySelector("[data-trouble]") || (answer.ok ? null : page.querySelector("main"));
  return { page, trouble };
}

// Gives whether it was checked: "yes", not this one ("one"), or nothing can be ("all"). It says why not.
async function check(entry) {
  const near = entry.querySelector("[data-verdict] [data-told]");
  entry.setAttribute("aria-busy", "true");
  try {
    const { page, trouble } = await ask(entry);
    if (!trouble) {
      for (const each of alike(entry)) show(each, page.getElementById(each.id));
      return "yes";
    }
    tell(trouble.innerText.trim(), near);
    return trouble.dataset.trouble ?? "all";
  } catch {
    say("failed", {}, near);
    return "all";
  } finally {
    entry.removeAttribute("aria-busy");
  }
}

function show(entry, checked) {
  if (!checked) return; // it was taken out of the list meanwhile
  const old = entry.querySelector("[data-verdict]");
  const verdict = checked.querySelector("[data-verdict]");
  const focused = old.contains(document.activeElement);
  old.replaceWith(verdict);
  if (focused) verdict.querySelector("button").focus();
}

async function checkOne(entry) {
  forget();
  if ((await check(entry)) !== "yes") return;
  const title = entry.querySelector("h2 button").textContent;
  say("one", { title, verdict: entry.querySelector("[data-level]").textContent });
}

// One embed of each media that is due.
function listDue() {
  const due = [...form.querySelectorAll("[data-due]")].map((verdict) => verdict.closest("li"));
  return [...new Map(due.map((entry) => [entry.dataset.media, entry])).values()];
}

let running = false;

async function checkAll() {
  const entries = listDue();
  forget();
  if (!entries.length) return say("none");
  const name = all.textContent;
  const values = { done: 0, count: entries.length };
  let how = "yes", last = "progress";
  running = true;
  all.textContent = all.dataset.stop;
  say("progress", values);
  for (const entry of entries) {
    if (!running || (how = await check(entry)) === "all") break;
    if (how === "yes") values.done += 1;
    else last = "part";
    if (running) say("progress", values);
  }
  if (how !== "all") say(running ? last : "stopped", values);
  running = false;
  all.textContent = name;
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  const near = button.nextElementSibling;
  forget();
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
    checkOne(button.closest("li"));
  }
});

form?.addEventListener("click", (event) => {
  if (event.target.dataset.copy) copy(event.target);
});

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
