import { root } from "./root.js";

// What the server is to know of the browser. Over https no other host can have set it.
export function keep(name, value) {
  const cookie = `${name}=${value}; Path=${root || "/"}; Max-Age=31536000; SameSite=Lax`; // a year
  document.cookie = location.protocol === "https:" ? `__${root ? "Secure" : "Host"}-${cookie}; Secure` : cookie;
}
