// The time on the page: the demo's clock, which may have been moved ahead, as the people of the demo read it.

let ahead = 0;
let zone = { name: "", minutes: 0 };

export function set(milliseconds) {
  ahead = milliseconds;
}

export function live(where) {
  zone = where;
}

export function now() {
  return Date.now() + ahead;
}

// 09.05
export function hour(at) {
  return there(at, "id", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

// Sat 21 Nov, 09.05
export function moment(at, language) {
  return `${there(at, language, { weekday: "short", day: "numeric", month: "short" })}, ${hour(at)}`;
}

// Sat 21 Nov 2026, 09.05 WIB
export function whole(at, language) {
  return `${there(at, language, { weekday: "short", day: "numeric", month: "short", year: "numeric" })}, ${hour(at)} ${zone.name}`;
}

function there(at, language, parts) {
  const format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "id", { ...parts, timeZone: "UTC" });
  return format.format(new Date(at + zone.minutes * 60_000));
}
