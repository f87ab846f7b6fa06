import type { AnyExtension } from '@tiptap/core';
import { Embed } from './nodes/embed.js';
import { Code, Emphasis, Link, Strong } from './nodes/marks.js';
import { Picture } from './nodes/picture.js';
import { Quote } from './nodes/quote.js';
import { Doc, Heading, LineBreak, List, ListItem, Paragraph, Text } from './nodes/text-nodes.js';

/** All that a body can hold, and nothing else: what has no place here cannot be written, pasted or kept. */
export const BODY_EXTENSIONS: readonly AnyExtension[] = [
  Doc,
  Text,
  Paragraph,
  Heading,
  List,
  ListItem,
  LineBreak,
  Quote,
  Picture,
  Embed,
  Link,
  Strong,
  Emphasis,
  Code,
];
