// Before first paint: the theme chosen earlier, if any. Storage may be denied; then the system's choice stands.
try {
  const theme = localStorage.getItem("quadrant.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {}
