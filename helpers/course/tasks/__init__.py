"""The exercises, stated: one module for each notebook, `notebook_NN`, with `EXERCISES`."""
