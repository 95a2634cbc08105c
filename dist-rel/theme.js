// Before first paint: the theme chosen earlier, else the system's, now and when it changes. Storage may be denied.
const system = matchMedia("(prefers-color-scheme: dark)");
const apply = () => {
  let theme = null;
  try {
    theme = localStorage.getItem("quadrant.theme");
  } catch {}
  document.documentElement.dataset.theme = theme === "light" || theme === "dark" ? theme : system.matches ? "dark" : "light";
};
apply();
system.addEventListener("change", apply);
