// Reports draw their charts as SVG: the theme's library for charts (200 kB) is not loaded.
