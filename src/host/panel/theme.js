/** Sets the theme before the first paint, so that nothing flashes. */
document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "auto";
