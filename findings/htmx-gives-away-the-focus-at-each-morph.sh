#!/usr/bin/env bash
# htmx 4.0.1 (npm: htmx.org), in jsdom 26.1.0, with Node.js 20.
#
# Believed: a morph (hx-swap of innerMorph or outerMorph) changes what differs and leaves the rest, so a part of a page that is drawn again every
# few seconds disturbs nobody: a field that somebody types into stays, with its text and the focus. autofocus is for what a page or a dialog begins with.
# Seen: the field and its text stay, and the focus goes to the element of the part that is marked autofocus, with every morph, also where that
# element stood there before and nothing of it differs. What is typed next goes elsewhere.
# Bites: a heading or an error that has the focus once, for screen readers, on a page or in a dialog that follows what happens.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

cat >package.json <<'JSON'
{"private": true, "type": "module", "dependencies": {"htmx.org": "4.0.1", "jsdom": "26.1.0"}}
JSON
npm install --silent --no-audit --no-fund
cat >main.mjs <<'JS'
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const page = (reading) => `<main id="part"><h1 id="heading" tabindex="-1" autofocus>Run 7</h1><p>${reading}</p><input id="reason"></main>`;

for (const swap of ["innerHTML", "outerHTML", "innerMorph", "outerMorph"]) {
  const { window } = new JSDOM(`<body>${page("1 s")}</body>`, { runScripts: "outside-only", pretendToBeVisual: true, url: "https://console.example/" });
  const { document } = window;
  const proto = window.XPathExpression.prototype; // jsdom wants the type of a result, which may be left out
  const evaluate = proto.evaluate;
  proto.evaluate = function (node, type = 0, result = null) {
    return evaluate.call(this, node, type, result);
  };
  window.eval(readFileSync("node_modules/htmx.org/dist/htmx.js", "utf8") + "; window.htmx = htmx");
  const reason = document.getElementById("reason");
  reason.focus();
  reason.value = "half a sent";
  const target = document.getElementById("part");
  const text = swap.startsWith("inner") ? page("2 s").replace(/^<main[^>]*>|<\/main>$/g, "") : page("2 s");
  await window.htmx.swap({ sourceElement: target, target, text, swap });
  await new Promise((resolve) => setTimeout(resolve, 100));
  console.log(`${swap}: the field is ${document.contains(reason) ? `the same, with "${reason.value}"` : "another"}, the focus is at ${document.activeElement.id || document.activeElement.tagName}`);
}
process.exit(0);
JS
node main.mjs >seen
cat seen
diff seen - <<'SEEN'
innerHTML: the field is another, the focus is at heading
outerHTML: the field is another, the focus is at heading
innerMorph: the field is the same, with "half a sent", the focus is at heading
outerMorph: the field is the same, with "half a sent", the focus is at heading
SEEN
