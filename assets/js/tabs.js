// The visible tabs of one browser, and of one user, share one stream: browsers have but six
// connections to a server over HTTP/1.1. The tab that holds a lock has the stream, for the
// pages of all, and passes on what comes. Locks end with their tabs, however those end.
import { root } from "./root.js";
import { follow } from "./stream.js";

// The tab that has the stream says so this often. Where three are missing it does nothing any
// more, as behind a dialog of the browser's own: another takes the lock from it.
const alive = 5000;
const missed = 3;
// How long it takes at least until a page that is not followed is asked for again, and one that
// was left is given up.
const patience = 60000;
// The most that the address of a stream has, which proxies take.
const longest = 6000;

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
  const name = `tabs ${root}${user}`;
  const channel = new BroadcastChannel(name);
  let stream = null;
  // The newest term of a tab that has the stream: what is older comes from one that lost it.
  let term = 0;
  let silent = 0;

  const again = () => (stream ? stream.want(page) : channel.postMessage({ want: page }));
  const begin = () => {
    if (away.aborted || stream) return;
    const mine = (term = Math.max(term + 1, Date.now()));
    const tell = (news) => mine === term && (channel.postMessage({ term, news }), on(news));
    stream = lead(user, () => followed(`${name} page `), tell);
    stream.want();
  };
  const end = () => (stream?.close(), (stream = null));
  const queue = () => {
    let had = false;
    const held = () => ((had = true), begin());
    hold(name, { mode: "exclusive", signal: away }, away, held).catch(() => had && !away.aborted && (end(), queue(), again()));
  };

  channel.onmessage = ({ data }) => {
    if ("want" in data) return stream?.want(data.want);
    if (data.term < term) return;
    if (data.term > term) end();
    term = data.term;
    silent = 0;
    if (data.news) on(data.news);
  };
  const timer = setInterval(() => {
    if (stream) return channel.postMessage({ term });
    silent += 1;
    if (silent < missed) return;
    silent = 0;
    hold(name, { mode: "exclusive", steal: true }, away, begin).catch(() => (end(), away.aborted || again()));
  }, alive);

  hold(`${name} page ${page}`, { mode: "shared", signal: away }, away, () => away.aborted || again()).catch(() => {});
  queue();

  return { leave: () => (clearInterval(timer), end(), channel.close()), again };
}

// hold takes a lock until the signal, and calls held once it has it. It fails when the lock is
// taken away, or was left before it was held.
function hold(name, options, signal, held) {
  return navigator.locks.request(name, options, () => {
    held();
    return signal.aborted || new Promise((left) => signal.addEventListener("abort", left));
  });
}

// followed are the pages that visible tabs follow, as many as an address has room for.
async function followed(prefix) {
  const { held } = await navigator.locks.query();
  const pages = held.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => name.slice(prefix.length));
  const some = [...new Set(pages)].filter(Boolean).sort();
  while (addressOf(some).length > longest) some.pop();
  return some;
}

const addressOf = (pages) => `${root}/events?${new URLSearchParams(pages.map((name) => ["page", name]))}`;

// lead has the stream. It is opened anew when a page is wanted that it was not asked for, and
// after a while when one is left, or missing in it: a beat finds out.
function lead(user, pages, tell) {
  let asked = null; // the pages that the stream was asked for
  let opened = 0; // when
  let refused = false;
  let missing = false;
  let close = () => {};
  let renew;
  let closed = false;
  let latest = new Map();

  // What is told again is told in the order in which it came.
  const news = (key, value) => (latest.delete(key), latest.set(key, value), tell(value));

  // A region comes as a whole, or in pieces of it.
  function region(page, html) {
    const [target, of] = [...html.slice(0, html.indexOf(">")).matchAll(/(?:hx-target|data-of)="([^"]*)"/g)].map(([, id]) => id);
    const whole = `${page} ${of ?? target}`;
    for (const key of latest.keys()) if (!of && key.startsWith(`${whole} `)) latest.delete(key);
    news(of ? `${whole} ${target}` : whole, { page, html });
  }

  async function want(page) {
    const wanted = await pages();
    if (closed) return;
    const settled = Date.now() - opened < patience || (!missing && wanted.length === asked?.length);
    if (asked && settled && wanted.every((name) => asked.includes(name))) return page === undefined || again(page);
    const begun = asked !== null;
    const state = latest.get("state");
    [asked, opened, refused, missing, latest] = [wanted, Date.now(), false, false, new Map()];
    if (state?.state === "lost") news("state", state);
    if (begun) renew();
    else [close, renew] = follow(() => addressOf(refused ? [] : asked), user, on);
  }

  const on = {
    event({ name, page, data }) {
      if (name === "beat") {
        news("state", { state: "live", beat: JSON.parse(data), at: Date.now() });
        want();
      } else if (name === "pages") {
        const followed = JSON.parse(data);
        missing = asked.some((one) => !followed.includes(one));
        news("pages", { pages: followed });
      } else for (const part of data.split(/(?=<hx-partial )/)) region(page, part);
    },
    lost: () => news("state", { state: "lost" }),
    over: () => news("state", { state: "over" }),
    // Where there is none of the pages, what every page has is followed.
    refused: () => !refused && (refused = true),
  };

  // again tells what a tab has missed.
  function again(page) {
    for (const value of latest.values()) if (!value.page || value.page === page) tell(value);
  }

  return { want, close: () => ((closed = true), close()) };
}
