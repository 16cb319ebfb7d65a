// Tells the page that opened the picker what is new in it. On a page of its own there is a link.
const { ids, said } = document.currentScript.dataset;
if (window.parent !== window) {
  window.parent.postMessage({ subject: "sandbox.placed", ids, said }, window.location.origin);
}
