// Makes the picker quick: it searches as somebody types, and picking asks the server for nothing.
//
// The form is all there is, and works without this. Here it is sent by `fetch` to where it leads
// anyway, and of the page that comes back the regions (`data-region`) take the place of ours. What
// is picked stands in the tray, in order; the rows of the list are marked after it.

const PAUSE_MS = 300;
const ON_ITS_WAY_MS = 25_000;
const form = document.getElementById("picker");
const tray = document.getElementById("tray");
const results = document.getElementById("results");
const dialog = document.getElementById("preview");
const insert = document.getElementById("insert");
const words = document.getElementById("words");
const [counts, labels] = [...words.content.children].map((list) => [...list.children].map((each) => each.textContent));
const most = Number(form.dataset.most);
let running = null;
let opening = null;
let pause = 0;
let guard = 0;

const rowOf = (id) => results.querySelector(`.media[data-media="${id}"]`);
const itemOf = (id) => tray.querySelector(`[data-media="${id}"]`);
const titleOf = (item) => item.querySelector(".name").textContent;
const isLooking = () => form.querySelector("[name=show]:checked")?.value === "shared";

function say(text) {
  document.getElementById("status").textContent = text || "";
}

function fill(name, values) {
  return words.dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

// The list

async function load(url, more, signal) {
  const body = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  const answer = await fetch(url, { method: "POST", body, signal });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const isOurs = answer.ok || ([401, 403].includes(answer.status) && page.getElementById("code"));
  if (!isOurs) throw new Error(`answered ${answer.status}`);
  return page;
}

async function ask(more) {
  window.clearTimeout(pause);
  running?.abort();
  const mine = (running = new AbortController());
  results.setAttribute("aria-busy", "true");
  try {
    const page = await load(form.getAttribute("action"), more, mine.signal);
    if (mine !== running) return;
    document.getElementById("unreached").hidden = true;
    if (page.getElementById("picker")) show(page, more);
    // A page of ours of another kind, such as "this was left too long", is shown as it is.
    else if (page.getElementById("code")) form.submit();
    else throw new Error("answered something else");
  } catch (error) {
    if (error.name === "AbortError") return;
    document.getElementById("unreached").hidden = false;
  }
  if (mine === running) results.removeAttribute("aria-busy");
}

function show(page, more) {
  const older = "further" in more ? [...results.querySelectorAll(".media")] : [];
  for (const region of document.querySelectorAll("[data-region]")) {
    const fresh = page.querySelector(`[data-region="${region.dataset.region}"]`);
    if (fresh && fresh.innerHTML !== region.innerHTML) replace(region, fresh);
  }
  results.querySelector(".media-list")?.prepend(...older);
  if ("clear" in more) for (const name of ["title", "tag", "since", "until", "source"]) form.elements[name].value = "";
  if ("goto" in more) results.scrollIntoView({ block: "start" });
  mark();
  say(results.querySelector("[data-said]")?.dataset.said);
}

function replace(region, fresh) {
  const focused = region.contains(document.activeElement) ? document.activeElement.id : null;
  region.replaceChildren(...fresh.childNodes);
  if (focused === null) return;
  const again = focused && document.getElementById(focused);
  if (again && !again.disabled) again.focus({ preventScroll: true });
  else (region.querySelector("select, .media button") || results).focus({ preventScroll: true });
}

// What is picked

function mark() {
  const items = [...tray.children];
  const ids = new Set(items.map((item) => item.dataset.media));
  for (const row of results.querySelectorAll(".media")) {
    const isPicked = ids.has(row.dataset.media);
    row.classList.toggle("is-picked", isPicked);
    const button = row.querySelector(".pick");
    if (button) button.name = isPicked ? "drop" : "add";
  }
  for (const [place, item] of items.entries()) {
    for (const button of item.querySelectorAll("[name=up]")) button.disabled = place === 0;
    for (const button of item.querySelectorAll("[name=down]")) button.disabled = place === items.length - 1;
  }
  document.querySelector(".tray .empty").hidden = items.length > 0;
  document.getElementById("count").textContent = counts[items.length];
  insert.textContent = labels[items.length];
  insert.disabled = items.length === 0;
}

function describe(id) {
  const row = rowOf(id);
  const title = row.dataset.title;
  const shown = row.querySelector(`[name="shown-${id}"]`)?.value || title;
  return { id, title, shown, captions: row.dataset.captions };
}

function add({ id, title, shown, captions }) {
  if (itemOf(id)) return undefined;
  if (most === 1) tray.replaceChildren();
  if (tray.children.length === most) return say(words.dataset.full);
  const made = document.createElement("template");
  made.innerHTML = document.getElementById("new-pick").innerHTML.replace(/(["-])ID"/g, `$1${id}"`);
  const item = made.content.firstElementChild;
  item.querySelector(".name").textContent = title;
  item.querySelector(`[name="shown-${id}"]`).value = shown;
  for (const of of item.querySelectorAll(".of")) of.textContent = title;
  tray.append(item);
  mark();
  say(`${fill("picked", { title })}. ${counts[tray.children.length]}`);
  if (captions) item.querySelector(".captions").textContent = captions;
  else tellCaptions(id);
  return undefined;
}

async function tellCaptions(id) {
  const body = new URLSearchParams({ session: form.elements.session.value, media: id });
  const answer = await fetch(form.dataset.facts, { method: "POST", body }).catch(() => null);
  if (!answer?.ok) return;
  const { captions } = await answer.json();
  for (const place of [rowOf(id), itemOf(id)]) if (place) place.querySelector(".captions").textContent = captions;
}

function drop(id, from) {
  const item = itemOf(id);
  if (!item) return;
  const next = item.nextElementSibling || item.previousElementSibling;
  item.remove();
  mark();
  say(`${fill("dropped", { title: titleOf(item) })}. ${counts[tray.children.length]}`);
  // The button is gone with its item: the focus goes to the one beside it.
  if (item.contains(from)) (next?.querySelector("[name=drop]") || rowOf(id)?.querySelector(".pick") || results).focus();
}

function move(button, step) {
  const item = itemOf(button.value);
  if (step < 0) item.previousElementSibling?.before(item);
  else item.nextElementSibling?.after(item);
  mark();
  const title = titleOf(item);
  say(fill("moved", { title, number: [...tray.children].indexOf(item) + 1 }));
  (button.disabled ? item.querySelector("[name=up]:enabled, [name=down]:enabled") : button)?.focus();
}

// Looking at one

async function preview(button) {
  const place = dialog.firstElementChild;
  const mine = new AbortController();
  // The rows may be others until somebody picks this one.
  opening = { mine, media: describe(button.value) };
  place.textContent = words.dataset.loading;
  dialog.querySelector("[value=pick]").hidden = rowOf(button.value).querySelector(".pick")?.name !== "add";
  dialog.showModal();
  try {
    const page = await load(button.formAction, { media: button.value }, mine.signal);
    const body = page.getElementById("preview-body") || page.getElementById("code")?.closest("main");
    if (!body) throw new Error("answered something else");
    place.replaceChildren(body);
  } catch (error) {
    if (error.name !== "AbortError") place.textContent = document.getElementById("unreached").textContent;
  }
}

dialog.addEventListener("close", () => {
  opening.mine.abort();
  dialog.firstElementChild.replaceChildren();
});
dialog.addEventListener("click", (event) => {
  const { value } = event.target;
  if (event.target === dialog || ["close", "pick"].includes(value)) dialog.close();
  if (value === "pick") add(opening.media);
});

// What somebody does

const DONE_HERE = {
  add: (button) => add(describe(button.value)),
  drop: (button) => drop(button.value, button),
  up: (button) => move(button, -1),
  down: (button) => move(button, 1),
  media: preview,
};

form.addEventListener("submit", (event) => {
  const button = event.submitter;
  const leaves = button?.hasAttribute("formaction") && button.name !== "media";
  if (leaves && button !== insert) return undefined; // "Cancel" goes through always
  if (form.getAttribute("aria-busy")) return event.preventDefault(); // it is on its way
  if (leaves) {
    form.setAttribute("aria-busy", "true");
    guard = window.setTimeout(release, ON_ITS_WAY_MS);
    say((insert.textContent = words.dataset.inserting));
    return undefined;
  }
  event.preventDefault();
  if (button?.name === "search" && tray.contains(document.activeElement)) return undefined; // Enter in an option
  const doHere = DONE_HERE[button?.name];
  if (doHere) doHere(button);
  else ask(button?.name ? { [button.name]: button.value } : { search: 1 });
  return undefined;
});

form.addEventListener("input", (event) => {
  if (!["title", "tag"].includes(event.target.name) || event.isComposing || isLooking()) return;
  window.clearTimeout(pause);
  pause = window.setTimeout(ask, PAUSE_MS, { search: 1 });
});

form.addEventListener("change", (event) => {
  const { name, value } = event.target;
  const isFilter = ["since", "until", "source", "collection"].includes(name) && !isLooking();
  if (isFilter || name === "show" || name === "sort") ask({ search: 1 });
  const item = event.target.closest(".picked");
  if (!item || !name.startsWith("embed_type")) return;
  for (const size of item.querySelectorAll("option")) size.textContent = `${size.dataset.name} (${size.dataset[value]})`;
});

// The form is of use again where somebody stopped it, came back to it, or it leads nowhere.
function release() {
  window.clearTimeout(guard);
  form.removeAttribute("aria-busy");
  mark();
}

window.addEventListener("pageshow", release);
window.navigation?.addEventListener("navigateerror", release);
