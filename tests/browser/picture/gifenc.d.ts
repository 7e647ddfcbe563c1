/** What is used of gifenc, which has no types of its own. */
declare module "gifenc" {
  /** Red, green, blue; 0 to 255. */
  export type Colour = [number, number, number];

  interface FrameOptions {
    /** At the first frame: the palette of all. */
    readonly palette?: readonly Colour[];
    /** For how long it stands, in ms. */
    readonly delay: number;
    readonly transparent: boolean;
    readonly transparentIndex: number;
    /** 1: what was drawn stays. */
    readonly dispose: number;
  }

  interface Encoder {
    /** @param index a place in the palette for each pixel */
    writeFrame(index: Uint8Array, width: number, height: number, options: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array;
  }

  const gifenc: {
    GIFEncoder(): Encoder;
    quantize(rgba: Uint8Array, maxColours: number): Colour[];
    applyPalette(rgba: Uint8Array, palette: readonly Colour[]): Uint8Array;
  };
  export default gifenc;
}
