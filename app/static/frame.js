// Tells the LMS how high this page is, so that its frame shows all of it without a second scroll
// bar. A page with a bar of its own at its lower end names a height instead (`data-height`).
// Canvas: https://developerdocs.instructure.com/services/canvas/external-tools/lti/file.lti_window_post_message
const { height } = document.currentScript.dataset;
let told = 0;

function tell(wanted) {
  if (wanted === told) return;
  told = wanted;
  // Any window may know how high a page is.
  window.parent.postMessage({ subject: "lti.frameResize", height: wanted }, "*");
}

if (window.parent !== window) {
  if (height) tell(Number(height));
  else new ResizeObserver(() => tell(Math.ceil(document.body.getBoundingClientRect().height))).observe(document.body);
}
