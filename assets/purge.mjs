// Drops the rules of classes and attributes that no template and no script gives to
// anything. Tailwind leaves out unused utilities by itself, but keeps all of Basecoat.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postcss from "postcss";
import parser from "postcss-selector-parser";

// madeUp matches the classes that are put together at run time.
const madeUp = /^env-/;

// fixed are the attributes whose values are all written out in the templates.
const fixed = new Set(["type", "role", "data-variant", "data-size", "data-slot", "data-orientation", "aria-orientation"]);

// purge keeps what the templates' words, words.json, or the strings of the scripts in the folder name.
export function purge(css, words, folder) {
  const own = strings(folder);
  const classes = new Set([...words.classes, ...own]);
  const values = new Set([...words.values, ...own]);
  // A selector is of use when all parts of it are; of the alternatives in :is() one will do.
  const useful = (selector) =>
    selector.every((node) => {
      if (node.type === "class") return classes.has(node.value) || madeUp.test(node.value);
      if (node.type === "attribute" && fixed.has(node.attribute)) return values.has(node.value);
      if (node.type !== "pseudo" || node.value === ":not" || node.length === 0) return true;
      return node.some(useful);
    });
  const prune = parser((selectors) => selectors.each((selector) => void (useful(selector) || selector.remove())));

  const root = postcss.parse(css);
  root.walkRules((rule) => {
    if (rule.parent.name === "keyframes") return;
    rule.selector = prune.processSync(rule.selector);
    if (rule.selector === "") rule.remove();
  });
  // Whoever knows light-dark(), which all colors need, knows color-mix().
  root.walkAtRules("supports", (rule) => void (rule.params === "(color:color-mix(in lab, red, red))" && rule.replaceWith(rule.nodes)));
  dropUnread(root);
  const empty = (node) => node.nodes?.length === 0 && node.remove();
  root.walkAtRules(empty);
  root.walkAtRules(empty);

  return root.toString() + "\n";
}

// dropUnread drops the custom properties that nothing reads, until none is left: one may be read by another alone.
function dropUnread(root) {
  const text = root.toString();
  const unread = (name) => !text.includes(`var(${name})`) && !text.includes(`var(${name},`);
  let dropped = 0;
  const drop = (node) => void (node.remove(), dropped++);
  root.walkDecls(/^--/, (decl) => void (unread(decl.prop) && drop(decl)));
  root.walkAtRules("property", (rule) => void (unread(rule.params) && drop(rule)));
  if (dropped > 0) dropUnread(root);
}

// strings are the words in the strings of the scripts.
function strings(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".js"))
    .flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(/["'`]([^"'`]*)["'`]/g)])
    .flatMap(([, text]) => text.match(/[\w:./[\]()%-]+/g) ?? []);
}
