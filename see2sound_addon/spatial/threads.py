"""Run tasks in several threads, and take their results in the order of the tasks."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

Task = TypeVar("Task")
Result = TypeVar("Result")


def cores() -> int:
    """How many threads are worthwhile: the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def keep_memory() -> None:
    """Let the C library keep the memory of blocks that are no longer needed for the next ones.

    Freeing an array of 31 MB raises the size from which glibc returns memory to the system at once; fetching it again page by
    page can take longer than a block's samples. Elsewhere it does nothing.
    """
    np.empty(31 << 20, np.uint8)


def in_order(work: Callable[[Task], Result], tasks: Iterable[Task], threads: int) -> Generator[Result, None, None]:
    """The results of tasks in their order. `threads`: how many tasks run at once while one more waits; with 0, each task runs
    in the caller's thread when its result is asked for.
    """
    if threads < 1:
        yield from map(work, tasks)
        return
    with ThreadPoolExecutor(threads) as pool:
        running: deque[Future[Result]] = deque()
        try:
            for task in tasks:
                running.append(pool.submit(work, task))
                if len(running) > threads:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            for future in running:
                future.cancel()
