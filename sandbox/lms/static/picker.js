// Opens the tool's picker in a dialog, and shows what it put into the page. Without this script
// the same links open the picker as a page, which leads back.
const dialog = document.getElementById("picker");
const said = document.getElementById("said");

function openPicker(link) {
  const frame = document.createElement("iframe");
  frame.title = dialog.querySelector("h2").textContent;
  frame.allow = "autoplay; fullscreen";
  frame.src = link.href;
  dialog.append(frame);
  said.textContent = "";
  dialog.showModal();
}

async function show(ids) {
  const answer = await fetch(window.location.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const added = ids.map((id) => {
    const { id: place } = page.getElementById(id).parentElement;
    const element = document.importNode(page.getElementById(id), true);
    document.getElementById(place).append(element);
    return element;
  });
  added[0]?.focus();
}

for (const link of document.querySelectorAll("[data-picker]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    openPicker(link);
  });
}

dialog?.addEventListener("close", () => dialog.querySelector("iframe").remove());

window.addEventListener("message", ({ data: message, origin, source }) => {
  const frame = dialog?.querySelector("iframe");
  if (origin !== window.location.origin || source !== frame?.contentWindow) return;
  if (message?.subject !== "sandbox.placed") return;
  dialog.close();
  said.textContent = message.said;
  show(message.ids.split(" ").filter(Boolean));
});
