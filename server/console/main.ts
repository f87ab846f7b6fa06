import { prepareAnnouncements } from './announcer.js';
import './console-app.js';

prepareAnnouncements();
