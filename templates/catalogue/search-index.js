// freebusy {{ version }}, {{ mark }}
// What search.js looks into: the rules, their folded sentences and examples. A script and not JSON, because a page that was opened
// from the file system cannot read a file.
globalThis.freebusyIndex = {{ index }};
