// How the browser tests run: Debian's Chromium (its engines start their own browsers), two workers, screenshots and traces in tests/page/results/.
const path = require("node:path");
const { defineConfig } = require("@playwright/test");

const root = path.resolve(__dirname, "../..");

module.exports = defineConfig({
  outputDir: path.join(root, "tests/page/results/runs"),
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    headless: true,
    contextOptions: { reducedMotion: "reduce" },
    timezoneId: "Europe/Amsterdam",
    locale: "nl-NL",
    // A trace costs a fifth of the time of each journey: ask for one with --trace on.
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.BELOFTE_CHROMIUM || "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "page", testDir: path.join(root, "tests/page") },
    { name: "browser", testDir: path.join(root, "tests/browser") },
    { name: "engines", testDir: path.join(root, "tests/engines") },
  ],
});
