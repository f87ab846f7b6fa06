const TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
};

/** What a picture most likely is, by the end of its path: nobody loads it to find out. `undefined` where that tells nothing. */
export function mediaTypeOf(url: string): string | undefined {
  const end = /\.([a-z]{3,4})$/i.exec(URL.canParse(url) ? new URL(url).pathname : '')?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(TYPES, end) ? TYPES[end] : undefined;
}
