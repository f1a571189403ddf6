// freebusy {{ version }}, {{ mark }}
// The search of the rule catalogue: pure functions, without a page around them. It finds a rule by what a person has at hand;
// only `freebusy explain` weighs context and direction.
(function () {
  "use strict";

  // More of a paste than any error has, and no more than a second's work.
  const LONGEST = 200000;

  // A shorter piece stands in half of all errors.
  const SHORTEST_PIECE = 4;

  // Letters that have no decomposition, by the letter they are mistaken for (src/text/fold.rs).
  const LETTERS = { "ß": "ss", "ẞ": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "æ": "ae", "Æ": "ae",
    "œ": "oe", "Œ": "oe", "ı": "i" };

  // What is left of a text when everything that a copy can damage is taken away: letters and digits, in lower case, without
  // accents. The rules' sentences were folded in the same way.
  function fold(text) {
    return text
      .replace(/[ßẞøØłŁđĐæÆœŒı]/g, (letter) => LETTERS[letter])
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[^a-z0-9\p{Alphabetic}]|[\u0300-\u036f]/gu, "");
  }

  // The text without the escapes of HTML and JSON.
  function unescape(text) {
    const named = { lt: "<", gt: ">", amp: "&", quot: "\"", apos: "'", nbsp: " " };
    const character = (code) => (code > 0 && code < 0x110000 ? String.fromCodePoint(code) : " ");
    return text
      .replace(/&#x([0-9a-f]{1,6});/gi, (_, hex) => character(parseInt(hex, 16)))
      .replace(/&#([0-9]{1,7});/g, (_, decimal) => character(parseInt(decimal, 10)))
      .replace(/&([a-z]{2,5});/gi, (all, name) => named[name.toLowerCase()] || all)
      .replace(/\\u([0-9a-f]{4})/gi, (_, hex) => character(parseInt(hex, 16)))
      .replace(/\\[rnt]/g, " ");
  }

  // Numbers that the text names as codes, and, where it is short, every number in it.
  function codes(text, short) {
    const tight = text.replace(/\s+/g, " ");
    const all = (pattern) => Array.from(tight.matchAll(pattern), (found) => Number(found[1]));
    const bare = short ? all(/(?:^|[^0-9a-z])([0-9]{3,7})(?![0-9a-z])/gi) : [];
    return {
      lids: all(/\blid\W{0,3}([0-9]{5})/gi).concat(bare),
      aadsts: all(/aadsts\s?([0-9]{4,7})/gi).concat(bare),
      diagnostics: all(/diagnostics\W{0,3}([0-9]{7})/gi).concat(bare),
      statuses: all(/(?:status(?: code)?|http(?:\/[0-9.]+)?)\W{0,3}([45][0-9]{2})\b/gi).concat(all(/\(([45][0-9]{2})\)/g), bare),
    };
  }

  // Whether a condition of the index holds in a text, and how many letters of the text show it. How near its parts are to one
  // another does not count here.
  function holds(index, condition, text) {
    const shown = (piece, within) => (within.includes(piece) ? piece.length : 0);
    if (typeof condition === "number") return shown(index.sentences[condition], text.folded);
    const [kind, parts, more] = condition;
    const weigh = (list) => list.map((part) => holds(index, part, text));
    switch (kind) {
      case "any":
        return Math.max(0, ...weigh(parts));
      case "all": {
        const weights = weigh(parts);
        const complete = weights.every((weight) => weight > 0) && weigh(more).every((weight) => weight === 0);
        return complete ? weights.reduce((sum, weight) => sum + weight, 0) : 0;
      }
      case "pattern":
        // Its fixed pieces alone are known here: enough to be found, too little to come before a sentence.
        return weigh(parts).some((weight) => weight > 0) || more.some((piece) => text.tight.includes(piece)) ? 1 : 0;
      case "folded":
        return text.folded.includes(parts) && text.folded.includes(more || "") ? (parts + (more || "")).length : 0;
      default:
        return text.codes[kind].includes(parts) ? String(parts).length : 0;
    }
  }

  // The sentences that a condition is made of, without those that it excludes.
  function sentences(index, condition) {
    if (typeof condition === "number") return [index.sentences[condition]];
    const [kind, parts] = condition;
    return kind === "any" || kind === "all" ? parts.flatMap((part) => sentences(index, part)) : [];
  }

  // How well one rule fits, and why: the strongest of the reasons.
  function judge(index, rule, query) {
    let best = { score: 0, why: "", complete: false };
    const offer = (score, why, complete = false) => {
      if (score > best.score) best = { score, why, complete };
    };
    // In a whole error, its sentences say more than its codes.
    const exact = query.short ? 1e7 : 1e3;
    const kinds = [["lids", "LID ", 4], ["aadsts", "AADSTS", 4], ["diagnostics", "diagnostics ", 4], ["statuses", "HTTP ", 1]];
    const id = fold(rule.id);
    const title = fold(rule.title);
    for (const [kind, name, weight] of kinds) {
      const number = (rule[kind] || []).find((one) => query.codes[kind].includes(one));
      if (number === undefined) continue;
      const named = id.includes(number) || title.includes(number);
      offer(exact * weight + (named ? 1 : 0), name + number);
    }
    for (const text of query.texts) {
      const typed = text.folded;
      if (typed === id) offer(9e7, rule.id);
      const complete = holds(index, rule.signature, text);
      if (complete > 0) offer(1e6 + complete, query.short ? "its error text" : "its error text in what you pasted", true);
      if (typed.length < SHORTEST_PIECE) continue;
      for (const name of rule.names || []) {
        const known = fold(name);
        if (known === typed) offer(8e7, name);
        else if (query.short && known.includes(typed)) offer(4e5 + 1e5 * typed.length / known.length, name);
      }
      // The nearer a typed piece comes to the whole sentence, the better; the longer a sentence in a paste, the better.
      for (const sentence of sentences(index, rule.signature)) {
        if (sentence.includes(typed)) offer(1e5 * (1 + typed.length / sentence.length), "its error text");
        else if (typed.includes(sentence)) offer(1e3 + sentence.length, "a part of its error text");
      }
      for (const hint of rule.hints || []) {
        if (sentences(index, hint).some((sentence) => sentence.includes(typed))) offer(5e4, "a hint");
        const weight = holds(index, hint, text);
        if (weight > 0) offer(2e4 + weight, "a hint");
      }
      if (id.includes(typed) || title.includes(typed)) offer(3e5, "its title");
      if ((rule.texts || []).some((example) => example.includes(typed))) offer(8e4, "an example of its error");
    }
    if (query.words.length > 0) {
      const words = fold(rule.id + rule.title + rule.about);
      if (query.words.every((word) => words.includes(word))) offer(4e3, "its description");
    }
    return best;
  }

  // The rules that fit what was typed or pasted, best first: `{ rule, why }`.
  function search(index, typed) {
    const pasted = typed.slice(0, LONGEST);
    const words = pasted.split(/\s+/).map(fold).filter((word) => word !== "");
    if (words.length === 0) return [];
    const short = words.length <= 4;
    const plain = unescape(pasted);
    const known = codes(plain, short);
    const texts = (plain === pasted ? [pasted] : [pasted, plain]).map((text) => ({
      folded: fold(text),
      tight: text.toLowerCase().replace(/\s+/g, ""),
      codes: known,
    }));
    const query = { texts: texts.filter((text) => text.folded !== ""), short, codes: known, words: words.length <= 12 ? words : [] };
    const found = index.rules.map((rule) => ({ rule, ...judge(index, rule, query) })).filter((entry) => entry.score > 0);
    // As in an answer, a rule that outranks another one comes before it where both are complete.
    for (const entry of found.filter((one) => one.complete)) {
      for (const other of found.filter((one) => one.complete && one.score >= entry.score)) {
        if ((entry.rule.outranks || []).includes(other.rule.id)) entry.score = other.score + 1;
      }
    }
    found.sort((a, b) => b.score - a.score || (a.rule.id < b.rule.id ? -1 : 1));
    return found.map(({ rule, why }) => ({ rule, why }));
  }

  globalThis.freebusySearch = { fold, search };
})();
