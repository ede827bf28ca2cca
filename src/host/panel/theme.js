/** Sets theme and direction before the first paint, so that nothing flashes or jumps. */
const root = document.documentElement;
root.dataset.theme = localStorage.getItem("theme") ?? "auto";
root.lang = localStorage.getItem("language") || navigator.language || "en";
root.dir = root.lang.startsWith("ar") ? "rtl" : "ltr";
