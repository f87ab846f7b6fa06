import { connect } from '@slugline/client';
import { ConnectionProvider } from '@slugline/client/react';
import { createElement as h } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { StoryPage } from './story-page.js';

const handover = document.querySelector('#handover');
const { server, slug, initial } = JSON.parse(handover.textContent);
// What is withdrawn later must not stay behind in the page.
handover.remove();

hydrateRoot(
  document.querySelector('#root'),
  h(ConnectionProvider, { connection: connect(server) }, h(StoryPage, { slug, initial })),
);
