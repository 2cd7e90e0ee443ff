"""What does the server of children do once, so that no child has to? The imports, and the tables as they are by default.

A child that finds other tables reads them itself.
"""

import gc
from contextlib import suppress

import matplotlib.backends.backend_svg  # noqa: F401
import nbformat
import papermill.parameterize  # noqa: F401

import analysis.figures.chart
import analysis.notebook
import analysis.report.run.shell
import analysis.report.run.sweep  # noqa: F401
from analysis.evidence.record import Record

nbformat.validate(nbformat.v4.new_notebook())  # the form of a notebook is compiled at its first use
with suppress(Exception):  # who needs the tables says what is wrong with them
    record = Record.load()
    record.ambiguities_of(())
    _ = record.claims
gc.freeze()  # what is here is no garbage in any child
