"""What the published record lets us say about the Moroccans who left for Syria and Iraq.

Four floors; data flows up, imports point down:

- ``evidence``: the record: sources, locators, hedges, periods, readings, validation, raw to curated
- ``findings``: one module an analysis: curated tables in, findings out; pure
- ``figures``: one function a figure: findings in, Figure out; one style
- ``report``: runs the notebooks, builds the site
"""
