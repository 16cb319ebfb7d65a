// Keeps a login's secret in this browser, and proves at the launch that it is the same browser.
//
// The secret goes to our own storage, and by postMessage to the platform's
// (https://www.imsglobal.org/spec/lti-cs-pm/v0p1): to the frame that the platform named, and only
// while that is of the origin of its authorization URL. Answers count from there only.

const LIFETIME_MS = 10 * 60 * 1000; // of a login
const AGAIN_MS = 100; // the platform's frame may not be there yet
const PATIENCE_MS = 1500;
const HURRY_MS = 400; // where there is another way

const login = document.getElementById("login");
const proof = document.getElementById("proof");
const { id, target, origin } = (login || proof).dataset;
const key = `lti_${id}`;

function ownStorage(use) {
  try {
    return use(window.localStorage);
  } catch {
    return null; // the browser keeps it shut
  }
}

function platformFrame() {
  const above = window.parent === window ? window.opener : window.parent;
  try {
    const frame = target === "_parent" ? above : above.frames[target];
    return frame && frame.postMessage ? frame : null;
  } catch {
    return null; // of another site, a frame that is not there cannot be looked for
  }
}

function askPlatform(subject, fields, patience) {
  if (!target) return Promise.resolve(null);
  const message = { key, ...fields, subject, message_id: `${subject} ${fields.key || key}` };
  const asked = new Set();
  return new Promise((resolve) => {
    function post() {
      const frame = platformFrame();
      if (!frame) return;
      asked.add(frame);
      frame.postMessage(message, origin);
    }
    function end(answer) {
      window.clearInterval(again);
      window.clearTimeout(over);
      window.removeEventListener("message", listen);
      resolve(answer);
    }
    function listen(event) {
      const answer = event.data;
      if (event.origin !== origin || !asked.has(event.source) || !answer) return;
      if (answer.subject !== `${subject}.response` || answer.message_id !== message.message_id) return;
      end(answer.error || answer.key !== message.key ? null : answer);
    }
    const again = window.setInterval(post, AGAIN_MS);
    const over = window.setTimeout(end, patience, null);
    window.addEventListener("message", listen);
    post();
  });
}

function cookieWorks() {
  const name = `__Host-lti-probe-${id}`;
  const attributes = "Path=/; Secure; SameSite=None; Partitioned";
  document.cookie = `${name}=1; Max-Age=60; ${attributes}`;
  const works = document.cookie.includes(`${name}=1`);
  document.cookie = `${name}=; Max-Age=0; ${attributes}`;
  return works;
}

function forget(name) {
  ownStorage((own) => own.removeItem(name));
  askPlatform("lti.put_data", { key: name, value: null }, 0);
}

function forgetOld() {
  const names = ownStorage((own) => Object.keys(own)) || [];
  for (const name of names.filter((each) => each.startsWith("lti_"))) {
    const since = ownStorage((own) => Number(own.getItem(name).split(" ")[0]));
    if (!(since > Date.now() - LIFETIME_MS)) forget(name);
  }
}

async function keep() {
  const { secret } = login.dataset;
  forgetOld();
  const own = ownStorage((storage) => {
    storage.setItem(key, `${Date.now()} ${secret}`);
    return storage.getItem(key).endsWith(secret);
  });
  const put = askPlatform("lti.put_data", { value: secret }, own ? HURRY_MS : PATIENCE_MS);
  // A frame that the LMS keeps apart even from our own site could not prove anything later.
  if (window.origin !== "null" && (cookieWorks() || (await put) || own)) {
    window.location.replace(login.dataset.onward);
  } else {
    login.hidden = true;
    document.getElementById("blocked").hidden = false;
  }
}

async function prove() {
  const own = ownStorage((storage) => storage.getItem(key)?.split(" ")[1]);
  const answer = await askPlatform("lti.get_data", {}, own ? HURRY_MS : PATIENCE_MS);
  proof.elements.storage_proof.value = answer?.value || own || "";
  forget(key);
  proof.submit();
}

if (login) keep();
else prove();
