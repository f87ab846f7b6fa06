/*
 * For pages that show a story in an iframe: makes the iframe as high as the story. Loaded as a classic script, so it leaves
 * nothing behind but a listener. Frames of others are left as they are, whatever they say.
 */
((script) => {
  if (!(script instanceof HTMLScriptElement)) return;
  const home = new URL(script.src).origin;
  addEventListener('message', ({ data, origin, source }: MessageEvent<unknown>) => {
    if (origin !== home || typeof data !== 'object' || data === null) return;
    const { type, height }: { type?: unknown; height?: unknown } = data;
    if (type !== 'slugline:height' || typeof height !== 'number' || !(height > 0 && height < 1e6)) return;
    for (const frame of document.querySelectorAll('iframe')) {
      if (frame.contentWindow === source) frame.style.height = `${height}px`;
    }
  });
})(document.currentScript ?? document.querySelector('script[src$="/embed-frame.js"]'));
