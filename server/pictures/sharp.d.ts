/** What we use of `sharp`, which need not be installed. */
declare module 'sharp' {
  interface Sharp {
    rotate(): Sharp;
    resize(options: { readonly width: number }): Sharp;
    webp(options: { readonly quality: number }): Sharp;
    toBuffer(options: { readonly resolveWithObject: true }): Promise<{
      readonly data: Uint8Array;
      readonly info: { readonly width: number; readonly height: number };
    }>;
  }
  interface Make {
    (bytes: Uint8Array, options: { readonly limitInputPixels: number; readonly failOn: 'error' }): Sharp;
    cache(isKept: boolean): void;
    concurrency(threads: number): void;
  }
  const sharp: Make;
  export default sharp;
}
