"""`workshop experiment`: a command for each experiment of the registry, and their table."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers.charts.saving import Saved
from helpers.experiments.base import Observations
from helpers.experiments.catalogue import REGISTRY
from helpers.experiments.options import Option
from helpers.regions import DEFAULT
from helpers.targets import Target


def add_to(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """Add a command for each experiment, with its options."""
    names = parser.add_subparsers(dest="experiment", required=True, metavar="NAME")
    for experiment in REGISTRY.values():
        command = names.add_parser(
            experiment.name, parents=[shared], help=experiment.line, description=experiment.line
        )
        for option in experiment.options:
            _add(command, option)
        command.add_argument("--out", type=Path, metavar="DIR", help="instead of exports/")
        command.add_argument("--save", metavar="NAME", default=experiment.name, help="folder in it")
        command.add_argument("--parquet", action="store_true", help="tables as Parquet, too")


def _add(command: argparse.ArgumentParser, option: Option) -> None:
    flag = f"--{option.name.replace('_', '-')}"
    if option.kind == "switch":
        command.add_argument(flag, dest=option.name, action="store_true", help=option.line)
        return
    told = option.told_default() if option.kind == "region" else f"default {option.told_default()}"
    words = f"{option.line}: {option.range()}; {told}".replace("%", "%%")
    metavar = "REGION" if option.kind == "region" else "N"
    command.add_argument(flag, dest=option.name, type=_reader(option), metavar=metavar, help=words)


def _reader(option: Option) -> Callable[[str], Any]:
    """Refuse what cannot be used while the command line is read, before anything runs."""

    def read(text: str) -> Any:
        try:
            return option.read(text, DEFAULT)
        except ValueError as wrong:
            raise argparse.ArgumentTypeError(str(wrong)) from wrong

    return read


def run(target: Target, options: argparse.Namespace, out: Path) -> Observations:
    """Run the experiment that was asked for, save what it saw, and print it."""
    experiment = REGISTRY[options.experiment]
    given = {option.name: getattr(options, option.name) for option in experiment.options}
    try:
        seen = experiment(target, **given)
    except BaseException as ended:
        kept: Observations | None = getattr(ended, "seen", None)
        if kept is not None:
            print(kept.counts())
            _tell(kept.save(options.save, parquet=options.parquet, directory=out))
        raise
    print(f"{seen!r}\n\n{seen.summary().to_string(index=False)}\n")
    _tell(seen.save(options.save, parquet=options.parquet, directory=out))
    return seen


def _tell(saved: Saved) -> None:
    print(saved.folder)
    for path in saved.files:
        print(f"  {path.name}")


def table() -> str:
    """Format every experiment and its options as Markdown, for the documentation."""
    parts = ["# The experiments", "", _ABOUT]
    for experiment in REGISTRY.values():
        line = experiment.line[:1].upper() + experiment.line[1:]
        parts += ["", f"## {experiment.name}", "", f"{line}.", ""]
        parts += [f"Not for AWS. {experiment.local_only}", ""] if experiment.local_only else []
        parts += ["| option | what it is | range | default |", "|---|---|---|---|"]
        parts += [
            f"| `{o.name}` | {o.line} | {o.range()} | {o.told_default()} |"
            for o in experiment.options
        ]
    return "\n".join(parts) + "\n"


_ABOUT = """\
This page is generated from the experiments themselves: `python tools/describe_experiments.py`.
Each runs in three ways, with the same options by the same names:

```
seen = experiments.staleness(target, trials=100)          in a notebook
panels.ExperimentPanel(target, experiments.staleness)     with buttons
workshop experiment staleness --trials 100                in a terminal
```

`seen.summary()` has the measures, `seen.chart()` the picture, `seen["reads"]` the raw observations,
and `seen.save("name")` puts all of it, with its provenance, into `exports/name/TIME`.

What `scale` simulates also runs on several processes or machines: `planning.simulate` takes any
executor of `concurrent.futures`. `pip install -e ".[dask]"` adds Dask, of which
`distributed.Client(...).get_executor()` is one. A test compares it with one process where Dask is
installed; on a local cluster of two workers, with distributed 2026.8.0, the result was the same."""
