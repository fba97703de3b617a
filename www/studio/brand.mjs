/**
 * A brand as the studio holds it, and what is made of it: the file of design tokens, the CSS, the link. Pure: values in, values out.
 *
 * Knows nothing of what can be read: the theme's program alone judges that.
 */

/** Colours by token, as the panel names them; the first ones are what most brands have. */
export const COLOURS = [
  ['accent', 'Buttons and links'],
  ['on-accent', 'Words on buttons'],
  ['page', 'Ground of the page'],
  ['text', 'Words'],
  ['surface', 'Fields'],
  ['on-surface', 'Words in fields'],
  ['muted', 'Quieter words'],
  ['raised', 'Box around the next date'],
  ['line', 'Lines'],
  ['edge', 'Edges of fields'],
  ['focus', 'Ring of the focus'],
  ['kept', 'A kept promise'],
  ['kept-surface', 'Behind a kept promise'],
  ['due', 'Due today'],
  ['due-surface', 'Behind what is due today'],
  ['late', 'Late, and errors'],
  ['late-surface', 'Behind what is late'],
];
export const MODES = ['light', 'dark'];

/** What is no colour: group in the file, token, type in the format. */
const PLAIN = [
  ['type', 'font', 'fontFamily'],
  ['type', 'heading-font', 'fontFamily'],
  ['type', 'heading-weight', 'fontWeight'],
  ['type', 'font-size', 'dimension'],
  ['type', 'line-height', 'number'],
  ['type', 'heading-size', 'dimension'],
  ['type', 'heading-tracking', 'dimension'],
  ['shape', 'radius', 'dimension'],
  ['shape', 'radius-control', 'dimension'],
  ['shape', 'space', 'dimension'],
  ['shape', 'face', 'dimension'],
  ['shape', 'radius-face', 'dimension'],
  ['shape', 'width', 'dimension'],
  ['shape', 'measure', 'dimension'],
];

/** How applicants are spoken to, where it is not as shipped: no design token, so a file of tokens does not have it. */
const FORMAL = 'formal';

export const nothing = () => ({ light: {}, dark: {}, plain: {} });

/** From CSS text to the format's value. */
const VALUES = {
  fontFamily: (text) => text.split(',').map((name) => name.trim().replace(/^["']|["']$/g, '')).filter(Boolean),
  fontWeight: Number,
  number: Number,
  dimension: (text) => ({ value: parseFloat(text), unit: /[a-z%]+$/.exec(text)?.[0] ?? 'px' }),
};

/** `#rrggbb` or `#rrggbbaa` as the format writes a colour. */
function colour(hex) {
  const part = (at) => Math.round((parseInt(hex.slice(at, at + 2), 16) / 255) * 1e4) / 1e4;
  return { colorSpace: 'srgb', components: [part(1), part(3), part(5)], ...(hex.length > 7 ? { alpha: part(7) } : {}), hex: hex.slice(0, 7) };
}

/** The file of design tokens. */
export function tokens(brand) {
  const file = {};
  for (const mode of MODES) {
    for (const [name] of COLOURS) {
      if (brand[mode][name]) (file[mode] ??= { $type: 'color' })[name] = { $value: colour(brand[mode][name]) };
    }
  }
  for (const [group, name, type] of PLAIN) {
    const text = brand.plain[name];
    if (text) (file[group] ??= {})[name] = { $type: type, $value: VALUES[type](text) };
  }
  return file;
}

/** A brand of what the judge read in a file, in whatever words that was written. Shadows and own names stay in the file. */
export function of({ tokens: read, modes }) {
  const brand = nothing();
  for (const mode of modes) {
    for (const [name] of COLOURS) {
      const hex = read[name]?.[MODES.indexOf(mode)];
      if (hex) brand[mode][name] = hex;
    }
  }
  for (const [, name] of PLAIN) if (read[name]?.[0]) brand.plain[name] = read[name][0];
  return brand;
}

/** Only what a brand can hold, from whatever a link carries. */
export function cleaned(given) {
  const brand = nothing();
  for (const mode of MODES) {
    for (const [name] of COLOURS) {
      const hex = given?.[mode]?.[name];
      if (typeof hex === 'string' && /^#[0-9a-f]{6}([0-9a-f]{2})?$/.test(hex)) brand[mode][name] = hex;
    }
  }
  for (const [, name] of PLAIN) {
    const text = given?.plain?.[name];
    if (typeof text === 'string' && text.length < 200) brand.plain[name] = text;
  }
  if (given?.plain?.tone === FORMAL) brand.plain.tone = FORMAL;
  return brand;
}

/** For the fragment of a link: no server sees it. */
export function packed(brand) {
  const bytes = new TextEncoder().encode(JSON.stringify(brand));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** None where it is no brand. */
export function unpacked(text) {
  try {
    const letters = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return cleaned(JSON.parse(new TextDecoder().decode(Uint8Array.from(letters, (letter) => letter.charCodeAt(0)))));
  } catch {
    return null;
  }
}

/** Declarations as a rule for a style sheet of the page. */
export function rule(css) {
  return `belofte-careers {\n${css.replace(/([^;]+);/g, '  $1;\n')}}\n`;
}
