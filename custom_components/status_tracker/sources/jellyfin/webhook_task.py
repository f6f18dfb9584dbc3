"""Scheduled task of Jellyfin's webhook plugin that sends notifications about added items."""

from datetime import datetime, timedelta

from ...clients.jellyfin import WEBHOOK_TASK, JellyfinClient

TWO_ROUNDS = timedelta(seconds=180)


class WebhookTask:
    """Tracks whether the task is running on schedule; all times are in server time."""

    def __init__(self) -> None:
        """Initialize as never run."""
        self._ran: datetime | None = None

    async def announces(self, client: JellyfinClient, now: datetime) -> bool:
        """Return whether notifications about new items should have been sent by now.

        The task runs every 90 seconds, first an hour after the server was started. If its last run
        was longer ago, it has not run since the start.
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
