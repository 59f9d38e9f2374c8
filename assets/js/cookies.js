// What the server is to know of the browser. Over https no other host can have set it.
export function keep(name, value) {
  const [prefix, secure] = location.protocol === "https:" ? ["__Host-", "; Secure"] : ["", ""];
  document.cookie = `${prefix}${name}=${value}; Path=/; Max-Age=${365 * 24 * 3600}; SameSite=Lax${secure}`;
}
