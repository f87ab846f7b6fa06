/** What a test does with the page that this is bundled into. */
export { openBodyEditor } from '../../server/console/body/open-body-editor.js';
