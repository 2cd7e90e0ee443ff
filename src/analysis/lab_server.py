"""How is a kernel ready when a notebook asks for one? The server of ``make lab`` starts one ahead, and then the next.

The kernel ahead has loaded the libraries that every notebook needs, but nothing of this package: a notebook runs the code
as it is when the notebook is opened. It is in JupyterLab's list of kernels, and ends with the server as all do.
"""

import asyncio
import os
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyter_server.utils import ApiPath
from tornado.ioloop import IOLoop

KERNEL, FOLDER = "analysis", ApiPath("notebooks")
LOAD = '--IPKernelApp.exec_lines=[__import__(name) for name in ("pandas", "matplotlib.figure")];'


class KernelsAhead(AsyncMappingKernelManager):  # type: ignore[misc]
    """The kernels of a server: one more than its notebooks need."""

    _ahead: asyncio.Task[str] | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        IOLoop.current().add_callback(self._start_ahead)

    def _start_ahead(self) -> None:
        self._ahead = asyncio.create_task(self._started())

    async def _started(self) -> str:
        """The id of a new kernel; empty if it did not start: the notebook that then starts its own shows why."""
        try:
            return await super().start_kernel(
                kernel_name=KERNEL, path=FOLDER, env=dict(os.environ), extra_arguments=[LOAD]
            )
        except Exception:
            self.log.exception("No kernel could be started ahead")
            return ""

    async def start_kernel(  # type: ignore[override]
        self, *, kernel_id: str | None = None, path: Any = None, **kwargs: Any
    ) -> str:
        """The kernel that was started ahead, for a notebook of the folder ``notebooks``; else a new one."""
        asked = kernel_id is None and path is not None and kwargs.get("kernel_name") == KERNEL
        if asked and self._ahead and self.cwd_for_path(path) == self.cwd_for_path(FOLDER):
            ahead, self._ahead = self._ahead, None
            found = await ahead
            self._start_ahead()
            if found in self:  # not if somebody has ended it
                self.update_env(kernel_id=found, env=kwargs.get("env", {}))  # for a restart
                return found
        return await super().start_kernel(kernel_id=kernel_id, path=path, **kwargs)

    def kernel_model(self, kernel_id: str) -> Any:
        """What the server lists about a kernel; a KeyError for one that is still starting, which it then leaves out."""
        if kernel_id in self and kernel_id not in self._kernel_connections:
            raise KeyError(kernel_id)
        return super().kernel_model(kernel_id)
