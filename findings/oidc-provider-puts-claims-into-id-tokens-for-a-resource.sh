#!/usr/bin/env bash
# oidc-provider 9.13.3 (npm), on Node.js 20 or later.
#
# Believed: as OpenID Connect Core 1.0 has it, section 5.4, the claims of the scopes profile and email come from userinfo in the code flow, and
# conformIdTokenClaims, on by default, keeps them out of the ID token. A resource (RFC 8707) says who the access token is for, and changes that alone.
# Seen: with a resource the access token is refused by userinfo (401, invalid_token), and the ID token has the claims of all scopes.
# Bites: clients that read names or roles from userinfo sign nobody in any more, or lose what they show, once somebody configures a resource; and those who
# think that ID tokens, which travel in addresses as id_token_hint at sign-out, have no e-mail address in them.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

npm init --yes >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts oidc-provider@9.13.3 >/dev/null

cat >try.mjs <<'JS'
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
import { Provider } from 'oidc-provider';

const base = 'http://127.0.0.1:18196', redirect = 'http://127.0.0.1:18195/cb', resource = 'https://api.example.com';
const provider = new Provider(base, {
	clients: [{ client_id: 'c', client_secret: 's', redirect_uris: [redirect] }],
	findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.com`, name: 'Dave' }) }),
	claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
	features: {
		devInteractions: { enabled: true },
		resourceIndicators: {
			enabled: true, defaultResource: () => undefined, useGrantedResource: () => true,
			getResourceServerInfo: () => ({ scope: 'openid email profile', accessTokenFormat: 'jwt' }),
		},
	},
});
const server = createServer(provider.callback()).listen(18196, '127.0.0.1');

async function signIn(more) {
	const cookies = new Map(), verifier = 'v'.repeat(43);
	const ask = async (url, form) => {
		const answer = await fetch(url, {
			method: form ? 'POST' : 'GET', body: form && new URLSearchParams(form), redirect: 'manual',
			headers: { cookie: [...cookies].map((c) => c.join('=')).join('; ') },
		});
		for (const cookie of answer.headers.getSetCookie()) {
			const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
			cookies.set(name, value);
		}
		const location = answer.headers.get('location');
		if (!location) return { url, text: await answer.text() };
		return location.startsWith(redirect) ? { code: new URL(location).searchParams.get('code') } : ask(new URL(location, url).href);
	};
	const query = new URLSearchParams({
		client_id: 'c', response_type: 'code', redirect_uri: redirect, scope: 'openid email profile', code_challenge_method: 'S256',
		code_challenge: createHash('sha256').update(verifier).digest('base64url'), ...more,
	});
	let at = await ask(`${base}/auth?${query}`);
	for (const form of [{ prompt: 'login', login: 'dave', password: 'x' }, { prompt: 'consent' }]) {
		if (!at.code) at = await ask(new URL(at.text.match(/action="([^"]+)"/)[1], at.url).href, form);
	}
	const tokens = await (await fetch(`${base}/token`, {
		method: 'POST', headers: { authorization: `Basic ${btoa('c:s')}` },
		body: new URLSearchParams({ grant_type: 'authorization_code', code: at.code, redirect_uri: redirect, code_verifier: verifier, ...more }),
	})).json();
	const info = await fetch(`${base}/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
	const id = JSON.parse(Buffer.from(tokens.id_token.split('.')[1], 'base64url'));
	return `userinfo answers ${info.status}, the ID token has the email ${id.email} and the name ${id.name}`;
}

const without = await signIn({}), with_ = await signIn({ resource });
console.log(`without a resource: ${without}\nwith a resource:    ${with_}`);
server.close();
server.closeAllConnections();
process.exit(without === 'userinfo answers 200, the ID token has the email undefined and the name undefined' &&
	with_ === 'userinfo answers 401, the ID token has the email dave@example.com and the name Dave' ? 0 : 1);
JS
node try.mjs 2>/dev/null | grep -v NOTICE
