"""The site: MyST-NB over executed notebooks and rendered pages, nothing executed here, nothing fetched."""

from typing import Any

project = "The Moroccans who left for Syria and Iraq"
html_title = "The published record"
extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_merge_streams = True
myst_heading_anchors = 0
smartquotes = False  # a printed phrase stays as printed
exclude_patterns = ["_static"]
suppress_warnings = ["mystnb.unknown_mime_type", "misc.highlighting_failure"]
html_theme = "furo"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#005a8e", "color-brand-content": "#005a8e"},
    "dark_css_variables": {"color-brand-primary": "#7cc4f2", "color-brand-content": "#7cc4f2"},
}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["extra"]
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_use_index = False
html_show_search_summary = False  # it would fetch pages, which a browser refuses for files
html_last_updated_fmt = None


def setup(app: Any) -> None:
    app.connect("html-page-context", _name_levels, priority=900)


def _name_levels(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    # the captions of the navigation are headings without a level, which a screen reader cannot place
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')
