"""Lists and counts of the requests of Seerr, which differ between its versions."""

import logging

from ...clients.errors import BadAnswer, NotFound, Rejected
from ...clients.seerr import ALL, NOT_OVER, SeerrClient
from ...clients.seerr_model import RequestCount, RequestPage

LOGGER = logging.getLogger(__name__)


class RequestLists:
    """The lists of all and of the unfinished requests, newest first, and their counts."""

    def __init__(self, client: SeerrClient) -> None:
        """Initialize; what the server supports is found out by asking."""
        self._client = client
        self._filter = NOT_OVER
        self._counted = True

    @property
    def filters(self) -> bool:
        """Return whether unfinished requests can be listed alone."""
        return self._filter != ALL

    async def page(self, skip: int, open_only: bool, known: RequestPage | None = None) -> RequestPage:
        """Return a page of a list, of all requests if filters are not supported; `known` if the same."""
        if not open_only or not self.filters:
            return await self._client.request_page(skip, known=known)
        try:
            return await self._client.request_page(skip, self._filter, known)
        except Rejected:
            page = await self._client.request_page(skip)
        LOGGER.debug("%s does not support listing unfinished requests, reading all", self._client.name)
        self._filter = ALL
        return page

    async def newest(self) -> RequestPage:
        """Return a page of the newest request only."""
        return await self._client.request_page(0, take=1)

    async def count(self) -> RequestCount:
        """Return the number of requests, in total if counts by status are not supported."""
        if self._counted:
            try:
                return await self._client.request_count()
            except BadAnswer as err:
                if (total := await self._client.request_total()) is None:
                    raise  # the list is invalid too
                LOGGER.debug(
                    "%s does not support counting requests, using the list: %s", self._client.name, err
                )
                self._counted = not isinstance(err, NotFound | Rejected)
                return RequestCount(total=total)
        return RequestCount(total=await self._client.request_total())
