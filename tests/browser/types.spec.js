// The element's types, read by the TypeScript compiler: plain pages, React and Vue.
const { execFileSync } = require("node:child_process");
const path = require("node:path");
const { test, expect } = require("@playwright/test");

const root = path.resolve(__dirname, "../..");

test("the types allow what the element takes, and nothing else", () => {
  const tsc = path.join(root, "node_modules/.bin/tsc");
  const compile = () => execFileSync(tsc, ["--project", path.join(root, "tests/types")], { encoding: "utf8" });
  let told = "";
  try {
    compile();
  } catch ({ stdout }) {
    told = stdout;
  }
  expect(told).toBe("");
});
