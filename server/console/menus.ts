/**
 * Closes the menus that are open: they are the browser's `details`, which closes for its own summary alone. Focus that was
 * within goes to the summary.
 *
 * @param but what a click went through: a menu among it stays open.
 * @returns whether there was any.
 */
export function closeMenus(root: ParentNode, but: readonly EventTarget[] = []): boolean {
  const menus = [...root.querySelectorAll<HTMLDetailsElement>('details.menu[open]')].filter(
    (menu) => !but.includes(menu),
  );
  for (const menu of menus) {
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus) menu.querySelector('summary')?.focus();
  }
  return menus.length > 0;
}
