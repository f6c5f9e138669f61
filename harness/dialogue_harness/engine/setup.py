"""Settings in, a ready engine out: the plugin, `harness talk` and :func:`dialogue_harness.run` all stand on it."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from dialogue_harness.engine.budget import Budget
from dialogue_harness.engine.limits import Limiters
from dialogue_harness.engine.obtain import Recorder
from dialogue_harness.engine.retry import Retry
from dialogue_harness.models.registry import is_offline, open_model
from dialogue_harness.storage.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dialogue_harness.engine.events import Observer
    from dialogue_harness.engine.obtain import RecordMode
    from dialogue_harness.engine.settings import Settings
    from dialogue_harness.models.registry import Model
    from dialogue_harness.scenario import Scenario, Speaker

#: Endpoints that a base URL stands in for; every other name is that of a configured server.
_OF_BASE_URL = (None, "openai")


class OneFile(Library):
    """A library of one recording, with nothing left beside it once that is made.

    Args:
        path: the recording.

    """

    def __init__(self, path: Path) -> None:
        super().__init__(path.parent)
        self._path = path

    def path(self, scenario: Scenario, sample: int) -> Path:  # noqa: ARG002 -- there is only one
        """Return the recording."""
        return self._path

    @contextlib.contextmanager
    def lock(self, scenario: Scenario, sample: int, *, timeout: float | None = None) -> Iterator[None]:
        """Keep other processes from the file while the ``with`` block runs; see :meth:`Library.lock`."""
        try:
            with super().lock(scenario, sample, timeout=timeout):
                yield
        finally:
            own = self.root / ".harness"
            with contextlib.suppress(OSError):
                (own / "locks" / self._path.with_suffix(".lock").name).unlink()
                (own / "locks").rmdir()  # fails while other files are locked, which is as it should be
                if [entry.name for entry in own.iterdir()] == [".gitignore"]:
                    shutil.rmtree(own)


def recorder(
    settings: Settings,
    library: Library,
    mode: RecordMode,
    *,
    base_url: str | None = None,
    live: bool = False,
    run_id: str = "",
    processes: int = 1,
    shared: Path | None = None,
    observer: Observer | None = None,
) -> Recorder:
    """Return what obtains dialogues as the settings say.

    Args:
        settings: how models are reached, and what they may cost.
        library: where recordings are found and made.
        mode: what happens where no valid recording exists.
        base_url: the server of models without an endpoint of their own; by default the environment's.
        live: whether what is recorded is called a live run.
        run_id: names the run, where several processes share it.
        processes: how many processes share it.
        shared: the folder in which they count what they spend; ``None`` for one process.
        observer: is called with what happens.

    """

    def opened(speaker: Speaker) -> Model:
        if base_url is None or is_offline(speaker) or speaker.endpoint not in _OF_BASE_URL:
            return open_model(speaker, settings.endpoints)
        from dialogue_harness.models.openai.model import OpenAIModel  # noqa: PLC0415 -- not loaded where nothing is sent

        return OpenAIModel(speaker.model_id, base_url=base_url)

    return Recorder(
        library,
        mode,
        opened,
        retry=Retry(attempts=settings.attempts),
        live=live,
        run_id=run_id,
        limiters=Limiters(settings.endpoints, most=settings.max_concurrency, share=processes),
        observer=observer,
        budget=Budget(settings.max_run, settings.max_dialogue, prices=settings.prices, folder=shared),
    )
