// Makes the tool's frames on this page as high as they ask (`lti.frameResize`), within limits.
// Not the one in the dialog: that is as high as it is.
const { toolOrigin: resizing } = document.currentScript.dataset;
const LEAST = 150;
const MOST = 5000;

window.addEventListener("message", ({ data: message, origin, source }) => {
  if (origin !== resizing || message?.subject !== "lti.frameResize") return;
  const frames = document.querySelectorAll("main iframe");
  const frame = [...frames].find((each) => each.contentWindow === source);
  const height = Number(message.height);
  if (!frame || !(height > 0)) return;
  frame.classList.add("resized");
  frame.style.height = `${Math.min(Math.max(height, LEAST), MOST)}px`;
  source.postMessage({ subject: "lti.frameResize.response", message_id: message.message_id }, origin);
});
