// The visible tabs of one browser, and of one user, share one stream: browsers have but six
// connections to a server over HTTP/1.1. The tab that holds a lock has the stream, for the
// pages of all, and passes on what comes. Locks end with their tabs, however those end.
import { follow } from "./stream.js";

// join has a tab follow its page (or none) until it leaves: the function returned first. The
// second has everything told again that is current.
export function join({ user, page, on }) {
  const away = new AbortController();
  const tab = navigator.locks && window.BroadcastChannel ? shared(user, page, on, away.signal) : alone(user, page, on);
  return [() => (away.abort(), tab.leave()), tab.again];
}

// alone has a stream of its own: locks are for secure origins, and for newer browsers.
function alone(user, page, on) {
  const stream = lead(user, async () => (page ? [page] : []), on);
  stream.want();
  return { leave: stream.close, again: () => stream.want(page) };
}

function shared(user, page, on, away) {
  const name = `live ${user}`;
  const channel = new BroadcastChannel(name);
  let stream = null;

  const tell = (news) => (channel.postMessage({ news }), on(news));
  const again = () => (stream ? stream.want(page) : channel.postMessage({ want: page }));
  channel.onmessage = ({ data }) => ("news" in data ? on(data.news) : stream?.want(data.want));

  hold(`${name} page ${page}`, "shared", away).then(() => away.aborted || again());
  hold(name, "exclusive", away).then(() => {
    if (away.aborted) return;
    stream = lead(user, () => followed(`${name} page `), tell);
    stream.want();
  });

  return { leave: () => (stream?.close(), channel.close()), again };
}

// hold takes a lock until the signal; the promise is kept once it is held.
function hold(name, mode, signal) {
  return new Promise((held) => {
    navigator.locks
      .request(name, { mode, signal }, () => {
        held();
        return signal.aborted || new Promise((left) => signal.addEventListener("abort", left));
      })
      .catch(() => {}); // It was left before it was held.
  });
}

// followed are the pages that visible tabs follow.
async function followed(prefix) {
  const { held } = await navigator.locks.query();
  const pages = held.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => name.slice(prefix.length));
  return [...new Set(pages)].filter(Boolean).sort();
}

// lead has the stream. It is opened anew when a page is wanted that it does not follow, and
// when one is left: then a beat finds out.
function lead(user, pages, tell) {
  let open = null; // the address of the stream
  let close = () => {};
  let closed = false;
  let latest = new Map();

  const news = (key, value) => (latest.set(key, value), tell(value));

  async function want(page) {
    const wanted = await pages();
    const address = `/events?${new URLSearchParams(wanted.map((name) => ["page", name]))}`;
    if (closed) return;
    if (address === open) return page === undefined || again(page);
    close();
    open = address;
    latest = new Map();
    close = follow(address, user, { event, lost: () => news("state", { state: "lost" }), over: () => news("state", { state: "over" }) });
  }

  function event({ name, page, data }) {
    if (name === "beat") {
      news("state", { state: "live", beat: JSON.parse(data), at: Date.now() });
      want();
    } else if (name === "pages") news("pages", { pages: JSON.parse(data) });
    else for (const part of data.split(/(?=<hx-partial )/)) news(`${page} ${part.match(/hx-target="[^"]*"/)}`, { page, html: part });
  }

  // again tells what a tab has missed.
  function again(page) {
    for (const value of latest.values()) if (!value.page || value.page === page) tell(value);
  }

  return { want, close: () => ((closed = true), close()) };
}
