// Tells the LMS that registration is over, so that it can close this page and go on.
// https://www.imsglobal.org/spec/lti-dr/v1p0#step-4-registration-completed-and-activation
const lms = window.opener || window.parent;
// Any window may know that this one can be closed.
if (lms !== window) lms.postMessage({ subject: "org.imsglobal.lti.close" }, "*");
