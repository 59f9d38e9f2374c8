#!/usr/bin/env bash
# rss-feed-emitter 3.2.4, on Node.js 20 or later.
#
# Believed: it tells of each entry whose id is new, as RFC 4287 has it, section 4.2.6: its list of known entries looks as if kept by id.
# Seen: of several entries that lead to one address it tells the oldest, and nobody of the others, however many ids they have: what it has
# emitted is remembered by link, for as long as it runs.
# Bites: feeds whose entries are news of one thing and lead to its page: status pages, issue trackers, releases of one project. An address with a
# fragment of its own for each entry is enough.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

npm init --yes >/dev/null
npm install --silent --no-audit --no-fund rss-feed-emitter@3.2.4 >/dev/null

cat >read.cjs <<'JS'
const http = require('node:http');
const Emitter = require('rss-feed-emitter');

const entry = (id, link) =>
	`<entry><id>urn:${id}</id><title>${id}</title><updated>2026-01-01T00:0${id}:00Z</updated><link rel="alternate" href="${link}"/></entry>`;
const page = 'https://status.example.com/incidents/7';
const feed = `<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:feed</id><title>feed</title><updated>2026-01-01T00:00:00Z</updated>${
	[entry(5, `${page}#5`), entry(4, `${page}#4`), entry(3, page), entry(2, page), entry(1, page)].join('')}</feed>`;

const server = http.createServer((_, answer) => answer.setHeader('content-type', 'application/atom+xml').end(feed));
server.listen(0, '127.0.0.1', () => {
	const emitter = new Emitter({ skipFirstLoad: false });
	emitter.on('new-item', (item) => console.log(item.title));
	emitter.on('error', (error) => console.log(String(error)));
	emitter.add({ url: `http://127.0.0.1:${server.address().port}/`, refresh: 500 });
	setTimeout(() => process.exit(), 3000);
});
JS

got=$(node read.cjs)
want='1
4
5'

echo "told of five entries, each with an id of its own, of which three lead to one address:"
echo "$got"
[ "$got" = "$want" ] || { echo "the behavior has changed"; exit 1; }
