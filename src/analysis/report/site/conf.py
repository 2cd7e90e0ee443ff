"""The site: MyST-NB over executed notebooks and rendered pages, nothing executed here, nothing fetched."""

import json
from html import escape
from pathlib import Path
from typing import Any

project = "Moroccans who left for Syria and Iraq"
html_title = project
extensions = ["myst_nb"]
nb_execution_mode = "off"
smartquotes = False  # a printed phrase stays as printed
exclude_patterns = ["_static", "extra"]
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
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_use_index = False


def setup(app: Any) -> None:
    # Sphinx's index drops numbers; the page search.md has one of its own
    app.connect("builder-inited", lambda app: setattr(app.builder, "search", False))
    app.connect("html-page-context", _head, priority=900)


def _head(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """What the page is about, for search engines and for those who link to it; and the level of the menu's headings."""
    about = json.loads(Path(app.srcdir, "descriptions.json").read_text(encoding="utf-8"))
    title, text = (
        escape(part, quote=True) for part in (context.get("title") or project, about.get(page, about["index"]))
    )
    image = f"{context['pathto']('', 1)}figures/{about['image']}.png".removeprefix("./")
    named = {"og:title": title, "og:description": text, "og:type": "article", "og:image": image}
    tags = "".join(f'<meta property="{name}" content="{value}">' for name, value in named.items())
    context["metatags"] = (
        f'<meta name="description" content="{text}">{tags}<meta name="twitter:card" content="summary">'
    )
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')
