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
  if (!above || target === "_parent") return above;
  try {
    return above.frames[target] || null;
  } catch {
    return null;
  }
}

function askPlatform(subject, fields, patience) {
  if (!target) return Promise.resolve(null);
  const message = { subject, message_id: `${id}-${subject}`, key, ...fields };
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
      end(answer.error || answer.key !== key ? null : answer);
    }
    const again = window.setInterval(post, AGAIN_MS);
    const over = window.setTimeout(end, patience, null);
    window.addEventListener("message", listen);
    post();
  });
}

function cookieWorks() {
  if (window.origin === "null") return false; // a frame that the LMS keeps apart from its own site
  const name = `__Host-lti-probe-${id}`;
  const attributes = "Path=/; Secure; SameSite=None; Partitioned";
  document.cookie = `${name}=1; Max-Age=60; ${attributes}`;
  const works = document.cookie.includes(`${name}=1`);
  document.cookie = `${name}=; Max-Age=0; ${attributes}`;
  return works;
}

function removeOld(own) {
  const names = Object.keys(own).filter((name) => name.startsWith("lti_"));
  for (const name of names) {
    if (!(Number(own.getItem(name).split(" ")[0]) > Date.now() - LIFETIME_MS)) own.removeItem(name);
  }
}

async function keep() {
  const { secret } = login.dataset;
  const own = ownStorage((storage) => {
    removeOld(storage);
    storage.setItem(key, `${Date.now()} ${secret}`);
    return storage.getItem(key).endsWith(secret);
  });
  const cookie = cookieWorks();
  // What the platform keeps is removed only by a launch that needs it, and its room is small.
  const put =
    own && cookie ? null : askPlatform("lti.put_data", { value: secret }, own ? HURRY_MS : PATIENCE_MS);
  if (cookie || (await put) || own) {
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
  ownStorage((storage) => storage.removeItem(key));
  if (answer) askPlatform("lti.put_data", { value: null }, 0);
  proof.submit();
}

if (login) keep();
else prove();
