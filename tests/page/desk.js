// What the journeys at the desk share: getting in, and looking at a page.
const { createHmac } = require("node:crypto");
const { expect, axe, picture } = require("./fixtures.js");

const PASSWORD = "vier woorden op een rij";

/** The code that an app shows for `seed` at `at`. */
function code(seed, at = Date.now()) {
  const bits = [...seed.replace(/\s/g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac("sha1", key).update(step).digest();
  const number = (mac.readUInt32BE(mac[19] & 15) & 0x7fff_ffff) % 1_000_000;
  return String(number).padStart(6, "0");
}

/** The one-time link that `server` printed at its start. */
const link = (server) => /^desk +(\S+)$/m.exec(server.log())[1];

/** What time it is there. */
const time = async (server) => Number((await fetch(`${server.endpoint}/healthz`)).headers.get("belofte-time"));

/** Takes the link up, by the clock of `server`. */
async function enter(page, w, server) {
  await page.goto(link(server));
  await page.getByLabel(w("desk.password_new"), { exact: true }).fill(PASSWORD);
  await page.getByLabel(w("desk.password_again"), { exact: true }).fill(PASSWORD);
  await page.getByLabel(w("desk.code"), { exact: true }).fill(code(await page.locator("code").innerText(), await time(server)));
  await page.getByRole("button", { name: w("desk.invitation_send") }).click();
  await expect(page).toHaveURL(/\/desk$/);
}

/**
 * Nothing stands beyond the edge, axe has nothing to say; a picture of each. As a phone in the dark and as a desktop in the
 * light, each in both colours with --all.
 */
async function look(page, name) {
  const looks = [[360, 740, "dark"], [1280, 800, "light"]].flatMap(([width, height, usual]) =>
    (process.env.BELOFTE_TEST_ALL ? ["light", "dark"] : [usual]).map((colorScheme) => ({ width, height, colorScheme })),
  );
  const as = async ({ width, height, colorScheme }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
  };
  await whole(page);
  for (const one of looks) {
    await as(one);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `${name} at ${one.width} px`).toBeLessThanOrEqual(one.width);
    await picture(page, `desk-${name}-${one.width}-${one.colorScheme}`);
  }
  // No script gets into the frame of a sample mail, axe neither; the mails themselves are held against it elsewhere.
  await page.evaluate(() => document.querySelectorAll("iframe").forEach((frame) => frame.remove()));
  for (const one of looks.filter(({ width }, at) => looks[at - 1]?.width !== width)) {
    await as(one);
    await axe(page, `${name}, ${one.width} px`);
  }
}

/** Waits until the page has its styles, listens to keys and is drawn: then what has the focus from the start has it. */
async function whole(page) {
  await expect.poll(() => page.evaluate(() => document.readyState)).toBe("complete");
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Has somebody outside the hiring team invited, beside the demo's own reader; gives their page at the desk, signed in. */
async function reader(browser, page, w, { server, lang }) {
  await page.getByRole("navigation", { name: w("desk.nav") }).getByRole("link", { name: w("desk.nav_setup"), exact: true }).click();
  await page.getByRole("main").getByRole("link", { name: w("desk.nav_people"), exact: true }).click();
  await page.getByRole("link", { name: w("desk.people_invite") }).click();
  await page.getByLabel(w("desk.email"), { exact: true }).fill("rosa@example.com");
  await page.getByLabel(w("desk.people_name"), { exact: true }).fill("Rosa Lezer");
  await page.getByLabel(w("desk.role_complaint_reader"), { exact: true }).check();
  await page.getByRole("button", { name: w("desk.people_make_link") }).click();
  const link = await page.getByLabel(w("desk.invited_link")).inputValue();
  const desk = await (await browser.newContext({ locale: lang })).newPage();
  await desk.goto(`${link}?lang=${lang}`);
  const seed = await desk.locator("code").innerText();
  await desk.getByLabel(w("desk.password_new"), { exact: true }).fill(PASSWORD);
  await desk.getByLabel(w("desk.password_again"), { exact: true }).fill(PASSWORD);
  await desk.getByLabel(w("desk.code"), { exact: true }).fill(code(seed, await time(server)));
  await desk.getByRole("button", { name: w("desk.invitation_send") }).click();
  await expect(desk).toHaveURL(/\/desk$/);
  return desk;
}

/** A key that the page's own script answers. */
async function press(page, key) {
  await whole(page);
  await page.keyboard.press(key);
}

/** Both languages with --all; `usual` else, so that each journey has its turn in one and all together in both. */
const languages = (usual) => (process.env.BELOFTE_TEST_ALL ? ["nl", "en"] : [usual]);

module.exports = { PASSWORD, code, link, enter, reader, look, languages, press, whole };
