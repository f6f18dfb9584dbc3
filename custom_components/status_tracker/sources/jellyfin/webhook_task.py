"""The task of Jellyfin's webhook plugin that sends what was added."""

from datetime import datetime, timedelta

from ...clients.jellyfin import WEBHOOK_TASK, JellyfinClient

TWO_ROUNDS = timedelta(seconds=180)


class WebhookTask:
    """Knows since when the task has been running; all times are the server's."""

    def __init__(self) -> None:
        """Assume that it has never run."""
        self._ran: datetime | None = None

    async def announces(self, client: JellyfinClient, now: datetime) -> bool:
        """Return whether new items should have been announced by now.

        The task runs every 90 s. One that has never run starts an hour after the server does, and one that
        ended longer ago has not run since the server started.
        """
        ended = next(
            (
                task.last_execution_result.end_time_utc
                for task in await client.scheduled_tasks()
                if task.key == WEBHOOK_TASK
            ),
            None,
        )
        if ended is None or now - ended >= TWO_ROUNDS:
            self._ran = None
            return False
        self._ran = self._ran or ended
        return now - self._ran >= TWO_ROUNDS
