export { define, LiveStoryElement } from './define.js';
