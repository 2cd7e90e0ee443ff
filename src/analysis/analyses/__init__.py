"""One module a notebook: a record in, tables and findings out. Pure: no files, no sentences, no plots.

``READS`` says which claims an analysis reads, as measures or as a filter of claims: the ambiguities of these and its
``CONVENTIONS`` are the parameters of its notebook. ``analyse(record)`` gives its tables and findings. Where that takes long,
``outline`` gives what moves with a scenario, and ``leading`` what the page leads with.
"""
