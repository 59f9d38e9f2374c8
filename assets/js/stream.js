// A stream of server-sent events (WHATWG HTML, section 9.2.6) that is opened again, after
// growing pauses, when it ends, fails or falls silent. EventSource would tell none of these
// from the other, nor who is not signed in any more.

// A stream without a beat for three times as long as the server promises is dropped.
const missed = 3;
const first = 5; // the seconds promised until the first beat has said so itself
const pauses = { least: 1000, most: 60000 };

// follow opens address() for a user's pages and calls on.event for each event, on.lost when
// there is no stream, and on.over, for the last time, when the user is not signed in any more.
// A stream of pages that there are not is on.refused. It returns how to end it, and how to open
// it anew: a pause after a failure goes on, and its end asks for the address that is then right.
export function follow(address, user, on) {
  const stop = new AbortController();
  let renewal = null;
  (async () => {
    for (let failures = 0; !stop.signal.aborted; ) {
      renewal = new AbortController();
      const { signal } = renewal;
      const came = await listen(address(), user, on, signal).catch(() => false);
      renewal = null;
      if (stop.signal.aborted) return;
      if (signal.aborted) continue;
      if (came === null) return on.over();
      if (came === undefined && on.refused()) continue;
      failures = came ? 0 : failures + 1;
      on.lost();
      await pause(failures, stop.signal);
    }
  })();
  return [() => (stop.abort(), renewal?.abort()), () => renewal?.abort()];
}

// pause is longer after each failure, and differs between those that failed together. It ends
// when the network is back, or the user.
function pause(failures, signal) {
  const most = Math.min(pauses.least * 2 ** failures, pauses.most);
  const over = new AbortController();
  return new Promise((done) => {
    const end = () => (over.abort(), done());
    const timer = setTimeout(end, most * (0.5 + Math.random() / 2));
    over.signal.addEventListener("abort", () => clearTimeout(timer));
    for (const event of ["online", "focus"]) addEventListener(event, end, { signal: over.signal });
    signal.addEventListener("abort", end, { signal: over.signal });
  });
}

// listen reports whether any beat came before the stream ended, null when it is not the user's,
// and undefined when there are no such pages.
async function listen(address, user, on, stop) {
  const connection = new AbortController();
  const abort = () => connection.abort();
  let silence = setTimeout(abort, missed * first * 1000);
  let came = false;
  stop.addEventListener("abort", abort, { once: true });
  try {
    const response = await fetch(address, {
      headers: { Accept: "text/event-stream, application/json;q=0.9", "Opsconsole-User": encodeURIComponent(user) },
      cache: "no-store",
      signal: connection.signal,
    });
    if (response.status === 401 || response.status === 412) return null;
    if (response.status === 404 || response.status === 422) return undefined;
    const type = response.headers.get("Content-Type") ?? "";
    if (!response.ok || !type.startsWith("text/event-stream")) return false;
    for await (const event of events(response.body)) {
      if (stop.aborted) break;
      if (event.name === "beat") {
        came = true;
        clearTimeout(silence);
        silence = setTimeout(abort, missed * JSON.parse(event.data).every * 1000);
      }
      on.event(event);
    }
  } catch {
    // It broke, or was dropped.
  } finally {
    clearTimeout(silence);
    stop.removeEventListener("abort", abort);
    connection.abort();
  }
  return came;
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    for (const part of parts) yield event(part);
  }
}

// event reads an event as this console's server writes it: lines end with LF alone, and the
// field page, which others would pass over, says whose live regions it has.
function event(text) {
  const result = { name: "", page: "", data: "" };
  const data = [];
  for (const line of text.split("\n")) {
    const at = line.indexOf(": ");
    const value = line.slice(at + 2);
    if (line.startsWith("data: ")) data.push(value);
    else if (line.startsWith("event: ")) result.name = value;
    else if (line.startsWith("page: ")) result.page = value;
  }
  result.data = data.join("\n");
  return result;
}
