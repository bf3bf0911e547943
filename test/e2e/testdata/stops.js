// How somebody who has a keyboard alone gets to an element: Tabs to go (backwards where they are less than none), over
// the link that skips the navigation, or not at all. Seen: the element has the focus, and shows it.
((selector) => {
  const target = document.querySelector(selector);
  const at = document.activeElement ?? document.body;
  const style = getComputedStyle(at);
  const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(
    (e) => e.tabIndex >= 0 && e.type !== "hidden" && !e.matches(":disabled") && !e.closest("[inert]") && e.checkVisibility({ visibilityProperty: true }),
  );
  if (!stops.includes(target)) {
    return { Hid: true, Skip: false, Tabs: 0, Seen: false };
  }
  const follows = (a, b) => Boolean(a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING);
  const between = (a, b) => stops.filter((e) => follows(a, e) && !follows(b, e)).length;
  return {
    Hid: false,
    Skip: at === document.body && Boolean(target.closest("#content")),
    Tabs: at === target ? 0 : follows(at, target) ? between(at, target) : -stops.filter((e) => follows(e, at) && !follows(e, target)).length,
    Seen: at === target && at.matches(":focus-visible") && (style.outlineStyle !== "none" || style.boxShadow !== "none"),
  };
})
