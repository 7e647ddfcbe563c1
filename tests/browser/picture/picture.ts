/** `npm run picture`: films the console's first minute for the README, in light and in dark. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { TestBrowser } from "../support/chromium.ts";
import { untilLive } from "../support/console.ts";
import { Proxy } from "../support/proxy.ts";
import { ServerProcess } from "../support/server-process.ts";
import { Camera } from "./camera.ts";
import { firstMinute } from "./first-minute.ts";
import { animatedGif } from "./gif.ts";

const FOLDER = fileURLToPath(new URL("../../../docs/pictures/", import.meta.url));
const SIZE = { width: 1280, height: 760, isMoving: true };
/** A README that loads slowly is not read. */
const MOST_BYTES = 2_000_000;

await mkdir(FOLDER, { recursive: true });
for (const theme of ["light", "dark"]) {
  const gif = await picture(theme === "dark");
  const name = `first-minute-${theme}.gif`;
  if (gif.length > MOST_BYTES) throw new Error(`${name} would have ${gif.length} bytes; at most ${MOST_BYTES}.`);
  await writeFile(path.join(FOLDER, name), gif);
  console.log(`docs/pictures/${name}: ${(gif.length / 1000).toFixed(0)} KB`);
}

async function picture(dark: boolean): Promise<Uint8Array> {
  await using server = await ServerProcess.start();
  await using network = await Proxy.start(server.url);
  await using browser = await TestBrowser.launch();
  const { page } = await browser.open(network.url, { ...SIZE, dark });
  await untilLive(page);
  await page.getByText("No threads yet").waitFor();
  const camera = new Camera(page);
  const invite = async (url: string) => void (await browser.open(url));
  return animatedGif(await camera.film(() => firstMinute({ page, camera, network, invite })));
}
