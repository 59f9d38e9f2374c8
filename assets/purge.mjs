// Drops the rules of classes that no template and no script mentions. Tailwind leaves out
// unused utilities by itself, but keeps all of Basecoat's components.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postcss from "postcss";
import parser from "postcss-selector-parser";

export function purge(css, folders) {
  const used = new Set(folders.flatMap((folder) => [...words(folder)]));
  // A selector is of use when all classes in it are; of the alternatives in :is() one will do.
  const useful = (selector) =>
    selector.every((node) => {
      if (node.type === "class") return used.has(node.value);
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
  const empty = (node) => node.nodes?.length === 0 && node.remove();
  root.walkAtRules(empty);
  root.walkAtRules(empty);

  return root.toString() + "\n";
}

function* words(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* words(path);
    else if (/\.(templ|go|js)$/.test(entry.name) && !/_(templ|test)\.go$/.test(entry.name)) {
      yield* readFileSync(path, "utf8").match(/[\w:./[\]()%-]+/g) ?? [];
    }
  }
}
