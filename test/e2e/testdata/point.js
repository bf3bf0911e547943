// Where a mouse clicks on an element, in the window. Hidden: why it cannot.
((selector) => {
  const target = document.querySelector(selector);
  if (!target?.checkVisibility({ visibilityProperty: true })) {
    return { X: 0, Y: 0, Hidden: target ? "it is not shown" : "there is none" };
  }
  target.scrollIntoView({ block: "center", behavior: "instant" });
  const { left, top, width, height } = target.getClientRects()[0];
  const [x, y] = [left + width / 2, top + height / 2];
  const on = document.elementFromPoint(x, y);
  return { X: x, Y: y, Hidden: target.contains(on) ? "" : `it is covered by ${on?.outerHTML.slice(0, 100)}` };
})
