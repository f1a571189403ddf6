// The case in the browser's own storage: nothing of it stays on the server. It is the fields of the form, without files.

const KEY = "freebusy.case";

// A case larger than this is not kept: browsers give a site some five million characters.
const LARGEST = 2_000_000;

export function save(form) {
  const entries = Array.from(form.entries()).filter(([, value]) => typeof value === "string");
  const text = JSON.stringify(entries);
  try {
    if (text.length <= LARGEST) localStorage.setItem(KEY, text);
    else localStorage.removeItem(KEY);
  } catch {
    // A browser may refuse to store anything; the page works without.
  }
}

// The case as it was, or null.
export function load() {
  try {
    const entries = JSON.parse(localStorage.getItem(KEY));
    if (!Array.isArray(entries)) return null;
    const form = new FormData();
    for (const [name, value] of entries) form.append(String(name), String(value));
    return form;
  } catch {
    return null;
  }
}

export function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // As above.
  }
}
