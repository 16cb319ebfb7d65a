// Posts the page's form once: the answer to a second click would hide what came of the first.
const form = document.querySelector("form");
const button = form.querySelector("button");
form.addEventListener("submit", () => { button.disabled = true; });
// Whoever comes back to this page may press it again.
window.addEventListener("pageshow", () => { button.disabled = false; });
