import gifenc, { type Colour } from "gifenc";
import { PNG } from "pngjs";

/** One picture of a film. */
export interface Frame {
  readonly png: Buffer;
  /** For how long it stands, in ms. */
  readonly durationMs: number;
}

/** One of the 256 is for what has not changed. */
const COLOURS = 255;
/** A palette is made of every so many pictures: neighbours have the same colours. */
const PALETTE_FROM_EVERY = 12;

/**
 * An animated GIF that plays without end. All frames share one palette, and a frame holds what differs
 * from the one before, so that still parts cost next to nothing.
 *
 * @param frames at least one, all of one size
 */
export function animatedGif(frames: readonly Frame[]): Uint8Array {
  const palette = paletteOf(frames);
  const unchanged = palette.length;
  const gif = gifenc.GIFEncoder();
  let before: Uint8Array | undefined;
  for (const { png, durationMs } of frames) {
    const { data, width, height } = PNG.sync.read(png);
    const pixels = gifenc.applyPalette(data, palette);
    const drawn =
      before === undefined ? pixels : pixels.map((colour, at) => (colour === before?.[at] ? unchanged : colour));
    gif.writeFrame(drawn, width, height, {
      ...(before === undefined && { palette: [...palette, [0, 0, 0]] }),
      delay: durationMs,
      transparent: true,
      transparentIndex: unchanged,
      dispose: 1,
    });
    before = pixels;
  }
  gif.finish();
  return gif.bytes();
}

function paletteOf(frames: readonly Frame[]): Colour[] {
  const some = frames.filter((_, index) => index % PALETTE_FROM_EVERY === 0 || index === frames.length - 1);
  return gifenc.quantize(Buffer.concat(some.map(({ png }) => PNG.sync.read(png).data)), COLOURS);
}
