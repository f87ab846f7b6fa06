import { define } from '@slugline/client/element';

// This file is at `/assets/` of the server, or of whatever it is mounted under.
define(new URL('..', import.meta.url).href);
