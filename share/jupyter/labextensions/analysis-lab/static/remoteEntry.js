// JupyterLab drops "Run All" without a word, and the outputs with it, while a notebook's first kernel is still starting.
// Here every command that runs cells waits until that kernel is there. And it aligns all cells of tables to the right; of
// this project's tables, which have a caption, only numbers are. Written by hand as the module that JupyterLab loads.
(() => {
  const plugin = {
    id: 'analysis-lab:wait',
    autoStart: true,
    activate: app => {
      const style = document.createElement('style');
      style.textContent = '.jp-RenderedHTMLCommon.jp-RenderedHTMLCommon table:has(> caption) :is(td, th):not(.n) { text-align: left; }';
      document.head.append(style);
      const execute = app.commands.execute.bind(app.commands);
      app.commands.execute = async (id, args) => {
        if (/^(notebook|runmenu):.*run/.test(id)) {
          await app.shell.currentWidget?.sessionContext?.ready;
        }
        return execute(id, args);
      };
    }
  };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB['analysis-lab'] = {
    init: () => undefined,
    get: async () => () => ({ __esModule: true, default: plugin })
  };
})();
