const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Whether a compact JWT can be read in one way only: three parts in canonical base64url (RFC 7515, section 2), the
 * first two of them UTF-8 JSON in which no name stands twice (RFC 7519, section 4). Where a name stands twice, the
 * site that signed may have meant one value, and a proxy that looks may have read it, while we would go by the other.
 */
export function isUnambiguousJwt(token: string): boolean {
  const parts = token.split('.');
  const bytes = parts.map((part) => Buffer.from(part, 'base64url'));
  if (parts.length !== 3 || parts.some((part, at) => bytes[at]?.toString('base64url') !== part)) return false;
  try {
    return bytes.slice(0, 2).every((part) => hasEachNameOnce(utf8.decode(part)));
  } catch {
    return false;
  }
}

/** Every string, so that none is taken to begin where another ends; with a colon if one follows. */
const STRING = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/** In JSON only a name can be followed by a colon; so there are as many as the text has, or some stand twice. */
function hasEachNameOnce(json: string): boolean {
  // The reviver is called for the whole as well, as if it were a field.
  let kept = -1;
  JSON.parse(json, function count(this: unknown, _name, value: unknown) {
    if (!Array.isArray(this)) kept += 1;
    return value;
  });
  let written = 0;
  for (const [, colon] of json.matchAll(STRING)) if (colon !== undefined) written += 1;
  return kept === written;
}
