"""A panel for any experiment: options, Run, Cancel, Save, progress, what came out, the chart."""

from __future__ import annotations

import threading
from html import escape
from typing import Any

import ipywidgets as widgets

from helpers.experiments import Experiment, Observations
from helpers.experiments.options import Option
from helpers.panels.panel import Panel, words
from helpers.panels.publisher import Publisher
from helpers.targets import Target

_STYLE = {"description_width": "65%"}
_WIDE = {"width": "34em", "max_width": "calc(100% - 4px)"}


class ExperimentPanel(Panel):
    """Runs an experiment when asked to; `run` does the same as its Run button.

    Args:
        target: where it runs.
        experiment: one of `experiments.REGISTRY`; its options become the panel's.
        given: options by name that differ from their defaults.

    Raises:
        ValueError: an option cannot be used.
    """

    def __init__(self, target: Target, experiment: Experiment, **given: Any) -> None:
        self._target, self._experiment = target, experiment
        self._publisher = Publisher()
        self._stop, self._turn = threading.Event(), threading.Lock()
        self._seen: Observations | None = None
        # An option that the run itself chooses is not shown: an empty field would say nothing.
        shown = [o for o in experiment.options if o.default is not None or o.name in given]
        self._inputs = {
            o.name: _input(o, o.read(given.get(o.name), target.regions), target.regions)
            for o in shown
        }
        self._bar = widgets.IntProgress(min=0, max=1, layout={"width": "12em"})
        self._said, self._picture = widgets.HTML(""), widgets.HTML("")
        self._run = widgets.Button(description="Run", tooltip=experiment.line)
        self._cancel = widgets.Button(description="Cancel", disabled=True)
        self._save = widgets.Button(
            description="Save", disabled=True, tooltip="charts, data and provenance, to exports/"
        )
        self._run.on_click(lambda _button: self._publisher.submit(self._in_a_thread))
        self._cancel.on_click(lambda _button: self.cancel())
        self._save.on_click(lambda _button: self._publisher.submit(self._keep))
        head = words(f"{experiment.name}: {experiment.line}", bold=True)
        buttons = [self._run, self._cancel, self._save, self._bar]
        line = widgets.HBox(buttons, layout={"flex_flow": "row wrap"})
        super().__init__([head, *self._inputs.values(), line, self._said, self._picture])

    def run(self, **given: Any) -> Observations:
        """Run with what the panel shows, or with these options, and show what came out.

        Raises:
            RuntimeError: it was cancelled, or runs already.
        """
        if not self._turn.acquire(blocking=False):
            raise RuntimeError("This panel is already measuring. Cancel it first, or wait.")
        try:
            self._stop.clear()
            self._publisher.show(self._run, "disabled", True)
            self._publisher.show(self._cancel, "disabled", False)
            self._say("measuring …")
            chosen = {name: field.value for name, field in self._inputs.items()} | given
            seen = self._experiment(
                self._target, progress=self._progress, cancelled=self._stop.is_set, **chosen
            )
            self._publisher.show(self._picture, "value", seen.chart().html())
            self._say(seen.say(), seen.counts())
            self._offer(seen)
        except BaseException as ended:
            if (kept := getattr(ended, "seen", None)) is not None:
                self._offer(kept)
            raise
        else:
            return seen
        finally:
            self._publisher.show(self._run, "disabled", False)
            self._publisher.show(self._cancel, "disabled", True)
            self._turn.release()

    def _offer(self, seen: Observations) -> None:
        """Make the Save button save this."""
        self._seen = seen
        self._publisher.show(self._save, "disabled", False)

    def cancel(self) -> None:
        """Stop a run that is under way; what it changed in the cloud is put back."""
        self._stop.set()

    def close(self) -> None:
        """Cancel, end the panel's threads, and take it away."""
        self.cancel()
        self._publisher.close()
        super().close()

    @property
    def said(self) -> str:
        """What the panel says at the moment."""
        self._publisher.flush()
        return self._words

    _words = ""

    def _say(self, *lines: str) -> None:
        self._words = "\n".join(lines)
        shown = "<br>".join(escape(line) for line in lines)
        self._publisher.show(self._said, "value", shown)

    def _keep(self) -> None:
        if self._seen is None:
            return
        try:
            saved = self._seen.save(self._experiment.name)
            said = () if self._seen.partial else (self._seen.say(),)
            self._say(*said, self._seen.counts(), f"Saved to {saved.folder}")
        except (ValueError, OSError) as failed:
            self._say(str(failed))

    def _in_a_thread(self) -> None:
        try:
            self.run()
        except Exception as failed:  # noqa: BLE001 - a thread's error would be seen by nobody
            self._say(str(failed))

    def _progress(self, done: int, of: int) -> None:
        self._publisher.show(self._bar, "max", max(1, of))
        self._publisher.show(self._bar, "value", done)


def _input(option: Option, value: Any, regions: tuple[str, ...]) -> Any:
    """Return the field for an option, which takes no value out of its range."""
    unit = f", {option.unit}" if option.unit else ""
    common = {"description": f"{option.line}{unit}", "style": _STYLE, "layout": _WIDE}
    if option.kind == "region":
        return widgets.Dropdown(
            options=list(dict.fromkeys((*regions, value))), value=value, **common
        )
    if option.kind == "switch":
        return widgets.Checkbox(value=value, indent=False, **common)
    field = widgets.BoundedIntText if option.kind == "whole" else widgets.BoundedFloatText
    return field(value=value, min=option.least, max=option.most, **common)
