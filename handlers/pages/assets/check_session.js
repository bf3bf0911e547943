// OpenID Connect Session Management section 3.2. A page of an application sends "client_id session_state", and gets
// "unchanged", "changed" or "error". The origin of the sender is part of what is compared, so a page learns nothing about
// the session of another application. No request is made.
const access = document.hasStorageAccess ? document.hasStorageAccess().catch(() => true) : Promise.resolve(true);

// The cookie is not that of the session, and not a secret. With https only this host can set the one whose name begins with
// __Host-. It says until when, in seconds, it is true: a session that is not used ends, and no request tells the browser.
const name = (location.protocol === "https:" ? "__Host-" : "") + "gatehouse_browser_state=";
const browserState = () => {
  const cookie = document.cookie.split("; ").find((pair) => pair.startsWith(name)) || "";
  const [state, until] = cookie.slice(name.length).split(".");
  return Number(until) * 1000 > Date.now() ? state : "";
};

// Over http, in development, the cookie is SameSite=Lax, and frames of other sites do not have it, though they may have
// access to storage. They cannot set such a cookie either.
const sameSite = () => {
  const probe = "gatehouse_probe=1";
  document.cookie = probe + "; SameSite=Lax";
  const kept = document.cookie.split("; ").includes(probe);
  document.cookie = "gatehouse_probe=; SameSite=Lax; Max-Age=0";
  return kept;
};

const hash = async (text) => {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return btoa(String.fromCharCode(...sum)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

const compare = async (message, origin) => {
  const parts = typeof message === "string" && message.length <= 1000 ? message.split(" ") : [];
  const state = parts.length === 2 ? parts[1].split(".") : [];
  // Where the browser keeps the cookie from frames of other sites, it is not known whether the session has changed:
  // "changed" would sign people out whose session goes on.
  if (state.length !== 2 || !parts[0] || !state[0] || !state[1] || !globalThis.crypto?.subtle || !(await access) || (location.protocol !== "https:" && !sameSite())) {
    return "error";
  }
  const now = browserState();
  return now && (await hash([parts[0], origin, now, state[1]].join(" "))) === state[0] ? "unchanged" : "changed";
};

window.addEventListener("message", async (event) => {
  if (!event.source || !/^https?:\/\//.test(event.origin)) {
    return;
  }
  let answer = "error";
  try {
    answer = await compare(event.data, event.origin);
  } catch {}
  event.source.postMessage(answer, event.origin);
});
