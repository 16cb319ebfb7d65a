// Answers a tool's LTI messages (https://www.imsglobal.org/spec/lti-cs-pm/v0p1), as its own data
// attributes say: which messages, whose, and under which keys things are kept. Limits are Canvas's.
const { answers, toolOrigin, prefix, frame } = document.currentScript.dataset;
const subjects = answers.split(" ");
const MOST_KEYS = 500;
const MOST_CHARACTERS = 4096; // of all keys and values of a tool together

class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

function capabilities() {
  const keeping = frame ? { frame } : {};
  return {
    supported_messages: [
      { subject: "lti.capabilities" },
      { subject: "lti.get_data", ...keeping },
      { subject: "lti.put_data", ...keeping },
    ],
  };
}

function checkKey(key) {
  if (typeof key !== "string" || !key) throw new Refused("bad_request", "A key is a text.");
}

function checkRoom(key, value) {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  const others = names.filter((name) => name !== prefix + key);
  const characters = others.reduce(
    (sum, name) => sum + name.length - prefix.length + localStorage.getItem(name).length,
    key.length + value.length,
  );
  if (others.length + 1 > MOST_KEYS) throw new Refused("storage_exhaustion", "Too many keys.");
  if (characters > MOST_CHARACTERS) throw new Refused("storage_exhaustion", "Too many characters.");
}

function put({ key, value }) {
  checkKey(key);
  if (value === null) {
    localStorage.removeItem(prefix + key);
  } else if (typeof value === "string") {
    checkRoom(key, value);
    localStorage.setItem(prefix + key, value);
  } else {
    throw new Refused("bad_request", "A value is a text, or null.");
  }
  return { key, value };
}

function get({ key }) {
  checkKey(key);
  return { key, value: localStorage.getItem(prefix + key) };
}

const handlers = { "lti.capabilities": capabilities, "lti.put_data": put, "lti.get_data": get };

function answer(message) {
  if (!subjects.includes(message.subject)) {
    throw new Refused("unsupported_subject", "This window does not answer such messages.");
  }
  if (typeof message.message_id !== "string" || !message.message_id) {
    throw new Refused("bad_request", "A message has a message_id.");
  }
  return handlers[message.subject](message);
}

window.addEventListener("message", (event) => {
  const message = event.data;
  if (event.origin !== toolOrigin || !event.source) return;
  if (typeof message?.subject !== "string" || !message.subject.startsWith("lti.")) return;
  if (message.subject.endsWith(".response")) return;
  if (message.subject === "lti.frameResize") return; // resize.js's affair
  const response = { subject: `${message.subject}.response`, message_id: message.message_id };
  try {
    Object.assign(response, answer(message));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    response.error = { code: error.code, message: error.message };
  }
  event.source.postMessage(response, event.origin);
});
