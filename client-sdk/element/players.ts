import type { Player } from '../view/story-view.js';

type Kind = 'wide' | 'tall';

/** Where the pages of third parties have a form that is made to stand in a frame. `$1` and so on are parts of the page's. */
const PLAYERS: readonly (readonly [page: RegExp, src: string, kind: Kind])[] = [
  [
    /^https:\/\/(?:www\.|m\.)?youtube\.com\/watch\?(?:[^#]*&)?v=([\w-]{5,20})/,
    'https://www.youtube-nocookie.com/embed/$1',
    'wide',
  ],
  [
    /^https:\/\/(?:www\.|m\.)?youtube\.com\/(?:live|embed)\/([\w-]{5,20})/,
    'https://www.youtube-nocookie.com/embed/$1',
    'wide',
  ],
  [/^https:\/\/(?:www\.|m\.)?youtube\.com\/shorts\/([\w-]{5,20})/, 'https://www.youtube-nocookie.com/embed/$1', 'tall'],
  [/^https:\/\/youtu\.be\/([\w-]{5,20})/, 'https://www.youtube-nocookie.com/embed/$1', 'wide'],
  [/^https:\/\/(?:www\.)?vimeo\.com\/(\d+)\/?$/, 'https://player.vimeo.com/video/$1?dnt=1', 'wide'],
  [/^https:\/\/player\.vimeo\.com\/video\/(\d+)/, 'https://player.vimeo.com/video/$1?dnt=1', 'wide'],
  [/^https:\/\/(?:www\.)?dailymotion\.com\/video\/(\w+)/, 'https://geo.dailymotion.com/player.html?video=$1', 'wide'],
  [
    /^https:\/\/(?:www\.|mobile\.)?(?:twitter|x)\.com\/\w+\/status\/(\d+)/,
    'https://platform.twitter.com/embed/Tweet.html?dnt=true&id=$1',
    'tall',
  ],
  [/^https:\/\/(?:www\.)?instagram\.com\/(p|reel)\/([\w-]+)/, 'https://www.instagram.com/$1/$2/embed/', 'tall'],
  [/^https:\/\/(?:www\.)?tiktok\.com\/@[\w.-]+\/video\/(\d+)/, 'https://www.tiktok.com/embed/v2/$1', 'tall'],
  [
    /^https:\/\/open\.spotify\.com\/(track|episode|show|album|playlist)\/(\w+)/,
    'https://open.spotify.com/embed/$1/$2',
    'wide',
  ],
  [/^https:\/\/datawrapper\.dwcdn\.net\/(\w+)\//, 'https://datawrapper.dwcdn.net/$1/', 'wide'],
  [
    /^https:\/\/(?:public\.flourish\.studio|flo\.uri\.sh)\/(story|visualisation)\/(\d+)/,
    'https://flo.uri.sh/$1/$2/embed',
    'wide',
  ],
];

/** What every frame may do: run, open a window, send a form. */
const SANDBOX = 'allow-scripts allow-popups allow-forms';

/**
 * How to play what a page of a third party holds. Whoever is not known to play in frames gets one in which it is nobody:
 * it sees no cookies, and nothing of the site around it.
 *
 * @param url of `https:` or `http:`.
 */
export function playerOf(url: string): Player {
  for (const [page, src, kind] of PLAYERS) {
    const found = page.exec(url);
    if (found === null) continue;
    const filled = src.replace(/\$(\d)/g, (_, part) => found[Number(part)] ?? '');
    return { frame: frameOf(filled, `${SANDBOX} allow-same-origin allow-presentation`), isTall: kind === 'tall' };
  }
  return { frame: frameOf(url, SANDBOX), isTall: false };
}

function frameOf(src: string, sandbox: string): Player['frame'] {
  return {
    src,
    sandbox,
    referrerpolicy: 'strict-origin-when-cross-origin',
    allow: 'fullscreen; picture-in-picture; encrypted-media',
  };
}
