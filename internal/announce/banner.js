// Draws the platform's maintenance announcements into the page that includes it:
//
//   <script src="https://console.example.com/announcements/banner.js" defer></script>
//
// data-into="#place" draws into that element instead of the top of the page;
// data-hours="48" shows what starts within 48 hours instead of 24. What is drawn is
// text; nothing from outside becomes markup, style or an address.
(() => {
  "use strict";

  const hostID = "opsconsole-announcements";
  const script = document.currentScript ?? document.querySelector('script[src$="/announcements/banner.js"]');
  if (!script) return;

  const source = new URL("../announcements.json", script.src);
  const page = new URL("../announcements", script.src);
  const ahead = (Number(script.dataset.hours) || 24) * 3600e3;
  const minute = 60e3;

  const style = `
    :host { all: initial; display: block; }
    section { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; padding: .5rem 1rem;
      font: 14px/1.5 system-ui, sans-serif; color: #1f2937; background: #e0f2fe; border-bottom: 1px solid #0369a1; }
    section[data-phase=active], section[data-phase=verifying] { background: #fef3c7; border-color: #b45309; }
    section[data-phase=overrun] { background: #fee2e2; border-color: #b91c1c; }
    p { flex: 1 1 20rem; margin: 0; white-space: pre-line; }
    a { color: inherit; }
    button { font: inherit; color: inherit; background: none; border: 1px solid; border-radius: 4px; padding: 0 .5rem; cursor: pointer; }
    @media (prefers-color-scheme: dark) {
      section { color: #f3f4f6; background: #0c4a6e; }
      section[data-phase=active], section[data-phase=verifying] { background: #78350f; }
      section[data-phase=overrun] { background: #7f1d1d; }
    }`;

  const host = document.createElement("div");
  host.id = hostID;

  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];

  const list = document.createElement("div");
  list.setAttribute("role", "status");
  root.append(list);

  const dismissed = {
    key: (a) => `${hostID} ${a.uid} ${a.sequence} ${a.phase}`,
    has(a) { try { return sessionStorage.getItem(this.key(a)) !== null; } catch { return false; } },
    add(a) { try { sessionStorage.setItem(this.key(a), ""); } catch { /* then it is back with the next page */ } },
  };

  function element(name, text) {
    const e = document.createElement(name);
    e.textContent = text;
    return e;
  }

  const time = new Intl.DateTimeFormat(undefined,
    { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });

  function when(a) {
    if (a.phase === "announced") return `${time.format(new Date(a.starts_at))} to ${time.format(new Date(a.ends_at))}`;
    if (a.phase === "active") return `until ${time.format(new Date(a.ends_at))}`;
    return "";
  }

  function draw(a) {
    const section = document.createElement("section");
    section.dataset.phase = a.phase;

    const text = document.createElement("p");
    text.append(element("strong", `${a.label}: ${a.title}`), ` ${when(a)}\n`, a.message_text);

    const more = element("a", "More");
    more.href = page.href;
    more.target = "_blank";
    more.rel = "noopener";

    const close = element("button", "Hide");
    close.type = "button";
    close.setAttribute("aria-label", `Hide: ${a.title}`);
    close.addEventListener("click", () => { dismissed.add(a); section.remove(); });

    section.append(text, more, close);
    return section;
  }

  // Only a difference is drawn, so that nobody is told the same twice.
  let drawn = "";

  function show({ current, upcoming }) {
    const soon = upcoming.filter((a) => new Date(a.starts_at) - Date.now() < ahead);
    const wanted = [...current, ...soon].filter((a) => !dismissed.has(a));
    const state = JSON.stringify(wanted);
    if (state === drawn) return;

    list.replaceChildren(...wanted.map(draw));
    drawn = state;
  }

  let pause = minute;
  let timer;

  async function look() {
    clearTimeout(timer);
    if (!host.isConnected) return;

    if (!document.hidden) {
      try {
        const answer = await fetch(source, { credentials: "omit", signal: AbortSignal.timeout(10e3) });
        if (!answer.ok) throw new Error(`${source} answered ${answer.status}`);
        show(await answer.json());
        pause = minute;
      } catch (error) {
        console.warn("announcements:", error);
        pause = Math.min(2 * pause, 15 * minute);
      }
    }

    timer = setTimeout(look, pause * (1 + Math.random() / 4)); // not everybody at once
  }

  function start() {
    // A page, or a cell of a notebook, that includes the script again has one banner.
    document.getElementById(hostID)?.remove();

    const place = script.dataset.into && document.querySelector(script.dataset.into);
    if (place) place.append(host);
    else document.body.prepend(host);

    document.addEventListener("visibilitychange", () => document.hidden || look());
    look();
  }

  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
