// Writes file.br and file.gz beside each file of the folder that is named, and prints their sizes as JSON.
// With `--size`, reads the files named instead and prints only their Brotli sizes.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const packed = (bytes, [window, postfix, direct, block = 0]) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: window,
      [constants.BROTLI_PARAM_LGBLOCK]: block,
      [constants.BROTLI_PARAM_NPOSTFIX]: postfix,
      [constants.BROTLI_PARAM_NDIRECT]: direct,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
// How far back it looks, how distances are written, and how much is read at a time: a file is packed in each way that may
// suit it, and the smallest is taken.
const SMALL = 64_000;
const WAYS = [[16, 0, 0], [16, 1, 2], [16, 2, 4], [16, 3, 24]];
const LARGE_WAYS = [[24, 0, 0], [24, 1, 0, 16], [24, 0, 0, 17], [24, 1, 2, 18]];
const brotli = (bytes) =>
  (bytes.length > SMALL ? LARGE_WAYS : WAYS)
    .map((way) => packed(bytes, way))
    .reduce((one, two) => (two.length < one.length ? two : one));

const walk = (folder) =>
  readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });

const [first, ...rest] = process.argv.slice(2);
const sizes = {};
if (first === "--size") {
  for (const path of rest) sizes[path] = brotli(readFileSync(path)).length;
} else {
  for (const path of walk(first).filter((path) => !/\.(br|gz)$/.test(path))) {
    const bytes = readFileSync(path);
    const small = brotli(bytes);
    writeFileSync(`${path}.br`, small);
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    sizes[relative(first, path)] = small.length;
  }
}
console.log(JSON.stringify(sizes));
