// Goes on when the tool in the frame says that it has registered itself.
// https://www.imsglobal.org/spec/lti-dr/v1p0#step-4-registration-completed-and-activation
const { next, toolOrigin } = document.currentScript.dataset;
const frame = document.querySelector("iframe");
window.addEventListener("message", ({ data, origin, source }) => {
  if (origin !== toolOrigin || source !== frame.contentWindow) return;
  if (data?.subject === "org.imsglobal.lti.close") window.location.assign(next);
});
