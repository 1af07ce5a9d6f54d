"use strict";
(() => {
    const { byId } = page;

    // The theme: as the system has it, until one is chosen.
    const theme = byId("theme"),
        themes = ["auto", "light", "dark"];
    const remembered = () => {
        try {
            return localStorage.getItem("attribution-theme");
        } catch {
            return null;
        }
    };
    const setTheme = (name) => {
        if (name === "auto") delete document.documentElement.dataset.theme;
        else document.documentElement.dataset.theme = name;
        theme.textContent = "Theme: " + name;
        theme.dataset.value = name;
    };
    setTheme(themes.includes(remembered()) ? remembered() : "auto");
    theme.hidden = false;
    theme.addEventListener("click", () => {
        const next = themes[(themes.indexOf(theme.dataset.value) + 1) % themes.length];
        setTheme(next);
        try {
            localStorage.setItem("attribution-theme", next);
        } catch {
            /* a page from a file may have no storage */
        }
    });
})();
