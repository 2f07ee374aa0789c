// Whose conversation this is. A cookie says so, which no script can read. On a screen for everybody,
// and in a browser that takes no cookies, there is none: there this page holds a token and sends it
// with each request.

const KEY = "session";
const HELD = 90_000; // ms; who has not said for so long that they hold a conversation is gone
let token = null;

/** Where this page is: "page", "embed" or "kiosk". */
export const { mode } = document.documentElement.dataset;

/** What every request to the server carries. */
export function headers() {
  return token === null ? {} : { "X-Session": token };
}

/** Whether this page holds its token itself, so that another window would not have it. */
export function isOwn() {
  return token !== null;
}

/** Where the token outlives a reload: the tab; for a screen for everybody the browser, so that
 * what a power cut left behind can still be erased. */
const store = () => (mode === "kiosk" ? localStorage : sessionStorage);

/** What is kept, newest last: {token, until}, the moment from which nobody holds it. None where
 * storage is blocked. */
function kept() {
  try {
    return JSON.parse(store().getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}

function keep(all) {
  try {
    store().setItem(KEY, JSON.stringify(all));
  } catch {
    // The token lives as long as the page does.
  }
}

async function post(method, path, more) {
  const response = await fetch(path, { method, cache: "no-store", headers: more });
  if (!response.ok) throw new Error(String(response.status));
  return response;
}

/** Begin another conversation; what was said before is no longer reached from here. */
export async function renew() {
  const response = await post("POST", "/web/session", {});
  token = (await response.json()).token;
  if (mode !== "kiosk") keep([]);
  hold();
}

/** This page still holds its conversation; another window of the same screen leaves it alone. */
export function hold() {
  if (token === null) return;
  const others = kept().filter((one) => one.token !== token);
  keep([...others, { token, until: Date.now() + HELD }]);
}

/** Have a session ready, after which requests may be sent; throws when the line is down. */
export async function ready() {
  if (token !== null) return;
  if (mode === "kiosk") await renew();
  else token = kept().at(-1)?.token ?? null; // of a browser that takes no cookies
}

/** Erase every conversation that nobody holds any more; what fails is tried the next time. */
export async function eraseOthers() {
  for (const old of kept().filter((one) => one.token !== token && one.until < Date.now())) {
    try {
      await post("DELETE", "/web/data", { "X-Session": old.token });
    } catch {
      continue;
    }
    keep(kept().filter((one) => one.token !== old.token));
  }
}

/** Leave the conversation of now: the next one begins with {@link ready}. On a screen for everybody
 * its token stays until {@link eraseOthers} has used it. */
export function leave() {
  const left = token;
  token = null;
  keep(mode === "kiosk" ? kept().map((one) => (one.token === left ? { ...one, until: 0 } : one)) : []);
}
