// Tabs as https://www.w3.org/WAI/ARIA/apg/patterns/tabs/ has them: arrows move and select.
const tabs = [...document.querySelectorAll("[role=tab]")];

function select(tab) {
  for (const each of tabs) {
    const selected = each === tab;
    each.setAttribute("aria-selected", String(selected));
    each.tabIndex = selected ? 0 : -1;
    document.getElementById(each.getAttribute("aria-controls")).hidden = !selected;
  }
}

const moves = {
  ArrowLeft: (at) => (at + tabs.length - 1) % tabs.length,
  ArrowRight: (at) => (at + 1) % tabs.length,
  Home: () => 0,
  End: () => tabs.length - 1,
};

tabs.forEach((tab, at) => {
  tab.addEventListener("click", () => select(tab));
  tab.addEventListener("keydown", (event) => {
    if (!(event.key in moves)) return;
    event.preventDefault();
    const next = tabs[moves[event.key](at)];
    select(next);
    next.focus();
  });
});
