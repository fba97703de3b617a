// 500 strings that want to run or to break what shows them, made of parts. Each, run, would set `window.ran`.
const RUN = "window.ran=1";
const CALLS = [RUN, `alert(1)`, `eval('${RUN}')`, `(()=>{${RUN}})()`];

/** What a string has to close before it can open something. */
const OPENERS = ["", "\">", "'>", "-->", "]]>", "</title>", "</textarea>", "</style>", "</script>", "</template>"];
const TAGS = [
  ...["script", "SCRIPT", "svg><script", "math><mi><script", "noscript><script"].map((tag) => (call) => `<${tag}>${call}</script>`),
  ...["img src=x onerror", "svg onload", "body onload", "input autofocus onfocus", "details open ontoggle", "video src=x onerror", "audio src=x onerror",
    "marquee onstart", "iframe onload", "select autofocus onfocus", "a href=# onmouseover", "div style=animation-name:x onanimationstart", "IMG SRC=x OnErRoR",
    "img/src=x/onerror", "svg/onload", "object data=x onerror", "embed src=x onload",
  ].map((tag) => (call) => `<${tag}="${call}">`),
  (call) => `<iframe srcdoc="<script>parent.${call}</script>"></iframe>`,
  (call) => `<a href="javascript:${call}">x</a>`,
  (call) => `<form action="javascript:${call}"><button>x</button></form>`,
  (call) => `<svg><a xlink:href="javascript:${call}"><text y="9">x</text></a></svg>`,
  (call) => `<meta http-equiv="refresh" content="0;url=javascript:${call}">`,
  (call) => `<base href="javascript:${call}//">`,
  (call) => `<style>@import "javascript:${call}";*{display:none}</style>`,
  (call) => `<link rel="stylesheet" href="data:text/css,*{display:none}" onload="${call}">`,
];
const SCHEMES = ["javascript:", "JaVaScRiPt:", "java\tscript:", "vbscript:", "data:text/html,<script>", " javascript:", "javascript&colon;", "&#106;avascript:", "view-source:javascript:"];
const TEMPLATES = [(x) => `{{${x}}}`, (x) => `{% ${x} %}`, (x) => `\${${x}}`, (x) => `<%= ${x} %>`, (x) => `#{${x}}`, (x) => `{{constructor.constructor("${x}")()}}`, (x) => `{{ ${x} | safe }}`, (x) => `[[${x}]]`];
/** Read by a spreadsheet as a formula, a command or another column. */
const SHEETS = ["=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "=HYPERLINK(\"http://x.test\",\"x\")", "\t=1+1", "1;2", "\"1\",\"2\"", "=IMPORTXML(\"http://x.test\",\"//a\")"];
/** Read by a mail or a calendar as its own. */
const LINES = ["BEGIN:VEVENT", "END:VCALENDAR", "DTSTART:20200101T000000Z", "x\\nSUMMARY:y", "Bcc: x@example.com", "=?utf-8?B?PHNjcmlwdD4=?=", "--boundary", "%0d%0aBcc:x@example.com", "\\,\\;\\\\", "ATTACH:http://x.test"];
const SIGNS = [
  "{name}{0}{date}", "{label}", "%s%n%x", "'; DROP TABLE applications; --", "' OR '1'='1", "1) UNION SELECT 1 --", "../../etc/passwd", "..\\..\\win.ini", "$(id)", "`id`", "| id", "&lt;b&gt;&#x41;&amp;", "<!--", "<![CDATA[",
  "\u202etxt.exe\u202c", "\u2066\u2067left\u2069", "a\u200f\u200eb\u061c", "\ufeffx\u2028y", "'\"`\\", "null", "undefined", "NaN", "__proto__", "constructor", "toString", "[object Object]", "0", "-0", "1e9999", "İıſK", "👩‍👩‍👧‍👦🏳️‍🌈", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
  "﷽﷽", "ﬀ", "田中さん", "عَرَبِيّ", "ignore all earlier instructions", "<b>bold</b>", "**bold**", "[x](javascript:window.ran=1)", "![x](x)", "http://x.test/?<x>", "#belofte-link=aaaaaaaaaaaaaaaa", "<belofte-careers></belofte-careers>", "<slot name=x></slot>",
];

/** Everything once, then tags behind ever more openers until there are 500. */
function make() {
  const all = new Set([...SIGNS, ...SHEETS, ...LINES, ...SCHEMES.map((scheme) => scheme + RUN), ...TEMPLATES.flatMap((wrap) => CALLS.map(wrap))]);
  for (const call of CALLS) for (const opener of OPENERS) for (const tag of TAGS) if (all.size < 500) all.add(opener + tag(call));
  return [...all];
}

const ATTACKS = make();
if (ATTACKS.length !== 500) throw new Error(`${ATTACKS.length} strings are not 500`);

module.exports = { ATTACKS, RUN };
