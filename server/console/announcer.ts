/** Milliseconds for which a sentence stands in the live region. */
const STAYS_MS = 8_000;

let region: HTMLElement | undefined;

/** Makes the region before anything is said in it, since what comes with its region is not read out. */
export function prepareAnnouncements(): void {
  if (region !== undefined) return;
  region = document.createElement('div');
  region.className = 'heard';
  region.setAttribute('role', 'status');
  region.setAttribute('aria-live', 'polite');
  document.body.append(region);
}

/** Tells those who listen to the page what happened. */
export function announce(text: string): void {
  const line = document.createElement('p');
  line.textContent = text;
  region?.append(line);
  setTimeout(() => line.remove(), STAYS_MS);
}
