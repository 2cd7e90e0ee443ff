"""The site: MyST-NB over executed notebooks, nothing executed here, nothing fetched."""

project = "The Moroccans who left for Syria and Iraq"
html_title = "The published record"
html_sidebars: dict[str, list[str]] = {"**": []}
extensions = ["myst_nb"]
nb_execution_mode = "off"
myst_heading_anchors = 0
suppress_warnings = ["mystnb.unknown_mime_type", "misc.highlighting_failure"]
html_theme = "pydata_sphinx_theme"
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": [], "navbar_end": ["theme-switcher"]}
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None
