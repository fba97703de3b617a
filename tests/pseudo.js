// A language that nobody speaks, for tests alone: English in brackets, its vowels with marks and twice, so that each word is
// longer by about 40 %. What does not fit shows, and so does what was never translated. It is in no release.

/** Names the language; the widget takes it for a kind of English, and so fetches the English texts. */
const PSEUDO = "en-XA";

/** A text of the locale files; the names of its values stay. Runs in the page, too: nothing from outside. */
function pseudo(text) {
  const marked = { a: "á", e: "é", i: "î", o: "ö", u: "ü", A: "Å", E: "É", I: "Î", O: "Ö", U: "Û" };
  const long = (part) => (/^\{\w+\}$/.test(part) ? part : part.replace(/[aeiou]/gi, (vowel) => marked[vowel] + marked[vowel].toLowerCase()));
  return `⟦${text.split(/(\{\w+\})/).map(long).join("")}⟧`;
}

/** Runs in the page before anything of ours: a file of English texts arrives whole and checked, and is then read in this language. */
function speak(pseudo) {
  const fetched = window.fetch;
  const each = (text) => (typeof text === "string" ? pseudo(text) : Array.isArray(text) ? text : Object.fromEntries(Object.entries(text).map(([key, value]) => [key, pseudo(value)])));
  window.fetch = async (address, options) => {
    const answer = await fetched(address, options);
    if (!/\/locales\/\w+-en-/.test(address) || !answer.ok) return answer;
    return new Response(JSON.stringify((await answer.json()).map(each)));
  };
}

/** A script that teaches a page this language. */
const LESSON = `(${speak})(${pseudo})`;

module.exports = { PSEUDO, LESSON, pseudo };
