"""The kernel of JupyterLab and nbval: IPython's, but that it writes no version of Python into a notebook.

So a notebook that is opened and stored has the same metadata on every machine.
"""

from ipykernel.ipkernel import IPythonKernel


class Kernel(IPythonKernel):  # type: ignore[misc]
    language_info = {name: value for name, value in IPythonKernel.language_info.items() if name != "version"}  # noqa: RUF012
