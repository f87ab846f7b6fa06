import { define } from '@slugline/client/element';

// This file is at `/assets/` of the server, or of whatever it is mounted under. Its URL is named first, since bundlers take
// the two in one expression for the place of another file.
const { url } = import.meta;
define(new URL('..', url).href);
