// Looks again after a moment. Without scripts, a `refresh` of the page does that.
const { seconds, url } = document.currentScript.dataset;
window.setTimeout(() => window.location.replace(url), seconds * 1000);
