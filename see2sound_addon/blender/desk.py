"""The queue of jobs of a Blender session, with one worker process. No call waits."""

from __future__ import annotations

import itertools
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ..errors import Cancelled, See2SoundError
from ..workers.messages import Request
from ..workers.process import Worker

_numbers = itertools.count(1)


@dataclass(eq=False)
class Ticket:
    """A submitted job. `label`, `done`, `total`: its progress. `error`: why it could not be started."""

    request: Request[Any]
    number: int = field(default_factory=lambda: next(_numbers))
    label: str = "Waiting"
    done: int = 0
    total: int = 1
    cancelled: bool = False
    error: See2SoundError | None = None

    @property
    def share(self) -> float:
        """Progress from 0 to 1."""
        return min(1.0, self.done / max(1, self.total))


class Desk:
    """A queue with one worker process. It starts with the first job and stays, so that libraries are loaded once."""

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self._queue: list[Ticket] = []

    def submit(self, request: Request[Any]) -> Ticket:
        """Submit a job. Errors: `worker-start`, `task-data`; the queue is unchanged then."""
        ticket = Ticket(request)
        self._queue.append(ticket)
        self._begin_next()
        if ticket.error is not None:
            raise ticket.error
        return ticket

    def poll(self, ticket: Ticket) -> Any:
        """The result of the request, or None while the job runs. Does not wait.

        Errors: those of the task and the worker; Cancelled.
        """
        if ticket.error is not None:
            raise ticket.error
        if ticket not in self._queue:
            raise Cancelled
        if self._worker is None:
            return None
        if self._queue[0] is not ticket:
            if self._queue[0].cancelled:  # its operator may be gone, with its window
                with suppress(Cancelled, See2SoundError):
                    self.poll(self._queue[0])
            return None

        def follow(label: str, done: int, total: int) -> None:
            if not ticket.cancelled:
                ticket.label, ticket.done, ticket.total = label, done, total

        try:
            result = self._worker.poll(follow)
        except See2SoundError as error:
            self._queue.remove(ticket)
            if error.code.startswith("worker-"):
                self._end_worker()
            self._begin_next()
            if error.code == "cancelled":
                raise Cancelled from error
            raise
        if result is not None:
            self._queue.remove(ticket)
            self._begin_next()
            if ticket.cancelled:  # it finished before the cancellation arrived
                raise Cancelled
        return result

    def cancel(self, ticket: Ticket) -> None:
        """Cancel a job. A running job leaves the queue when it has stopped."""
        if ticket not in self._queue:
            return
        if self._queue[0] is ticket and self._worker is not None:
            ticket.label, ticket.cancelled = "Stopping", True
            self._worker.cancel()
        else:
            self._queue.remove(ticket)

    def current(self) -> Ticket | None:
        """The running job, or None."""
        return self._queue[0] if self._queue else None

    def close(self) -> None:
        """Remove all jobs and end the worker."""
        self._queue.clear()
        self._end_worker()

    def _begin_next(self) -> None:
        """Start the first job that can be started. A job that cannot be started leaves the queue with its error."""
        while self._queue and not (self._worker is not None and self._worker.busy):
            ticket = self._queue[0]
            try:
                if self._worker is None:
                    self._worker = Worker(network=True)  # it also sets up the neural environment
                self._worker.start(ticket.request)
            except See2SoundError as error:
                ticket.error = error
                self._queue.remove(ticket)

    def _end_worker(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


DESK = Desk()
