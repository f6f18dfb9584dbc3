"""Verbs of Seerr: asking, deciding, handing over, learning that something is there."""

from .rows import (
    MEDIA_AVAILABLE,
    MEDIA_DELETED,
    MEDIA_PARTIAL,
    MEDIA_PENDING,
    MEDIA_PROCESSING,
    MEDIA_UNKNOWN,
    REQUEST_APPROVED,
    REQUEST_COMPLETED,
    REQUEST_DECLINED,
    REQUEST_FAILED,
    REQUEST_PENDING,
    Arr,
    EpisodeRow,
    MovieRow,
    SeerrMedia,
    SeerrRequest,
    SeriesRow,
    User,
)
from .state import WorldState
from .titles import Title


class RequestVerbs(WorldState):
    """What people and Seerr do; emits event `request` (request, what), as Seerr's webhook would."""

    async def request(
        self,
        title: Title,
        user: User | str = "Alice",
        *,
        seasons: list[int] | None = None,
        is_4k: bool = False,
        auto_approve: bool = False,
    ) -> SeerrRequest:
        """Ask for a title; without `seasons` all but the specials are meant."""
        self.add_title(title)
        person = self.user(user) if isinstance(user, str) else user
        media = self.media_of(title) or self._new_media(title)
        wanted = (
            seasons if seasons is not None else [n for n in (title.tmdb_seasons or title.seasons) if n > 0]
        )
        request = SeerrRequest(
            id=self.new_id("request"),
            media=media,
            user=person,
            created_at=self.now("seerr"),
            is_4k=is_4k,
            seasons=dict.fromkeys(wanted, REQUEST_PENDING) if title.media_type == "tv" else {},
        )
        self.requests[request.id] = request
        if media.get_status(is_4k) in (MEDIA_UNKNOWN, MEDIA_DELETED):
            media.set_status(is_4k, MEDIA_PENDING)
        for number in request.seasons:
            table = media.seasons4k if is_4k else media.seasons
            if table.get(number, MEDIA_UNKNOWN) in (MEDIA_UNKNOWN, MEDIA_DELETED):
                table[number] = MEDIA_PENDING
        if auto_approve:
            request.modified_by = person
            self._set_status(request, REQUEST_APPROVED)
            await self.emit("request", request=request, what="auto_approved")
            await self._approved(request)
        else:
            await self.emit("request", request=request, what="pending")
        return request

    async def approve(self, request: SeerrRequest, by: User | None = None) -> None:
        """Approve; Seerr hands it over to its *arr unless `hand_over_on_approve` is off."""
        request.modified_by = by or self.users[1]
        again = request.status == REQUEST_APPROVED
        self._set_status(request, REQUEST_APPROVED)
        if not again:
            await self.emit("request", request=request, what="approved")
        await self._approved(request)

    async def decline(self, request: SeerrRequest, by: User | None = None) -> None:
        """Decline."""
        request.modified_by = by or self.users[1]
        self._set_status(request, REQUEST_DECLINED)
        self._reset_media(request)
        await self.emit("request", request=request, what="declined")

    async def hand_over(self, request: SeerrRequest) -> MovieRow | SeriesRow | None:
        """Seerr adds the title to its *arr, or monitors more of what is there. None when there is no *arr."""
        media, title, is_4k = request.media, request.title, request.is_4k
        media.set_status(is_4k, max(MEDIA_PROCESSING, media.get_status(is_4k)))
        for number in request.seasons:
            table = media.seasons4k if is_4k else media.seasons
            table[number] = max(MEDIA_PROCESSING, table.get(number, 0))
        kind = "radarr" if title.media_type == "movie" else "sonarr"
        try:
            arr = self.arr(kind, is_4k=is_4k)
        except KeyError:
            return None
        row = await self.add_to_arr(arr, title, seasons=list(request.seasons))
        if is_4k:
            media.service_id4k, media.external_id4k = arr.server_id, row.id
        else:
            media.service_id, media.external_id = arr.server_id, row.id
        return row

    async def fail_hand_over(self, request: SeerrRequest) -> None:
        """Seerr could not add it to the *arr: the request is marked failed."""
        self._set_status(request, REQUEST_FAILED)
        await self.emit("request", request=request, what="failed")

    async def retry(self, request: SeerrRequest) -> None:
        """Seerr approves a failed request again and sends it once more."""
        self._set_status(request, REQUEST_APPROVED)
        await self.emit("request", request=request, what="approved")
        await self._approved(request)

    async def delete_request(self, request: SeerrRequest) -> None:
        """Delete a request; no webhook is sent, and the *arr keeps the title."""
        self.requests.pop(request.id, None)
        self._reset_media(request)

    async def delete_media(self, media: SeerrMedia) -> None:
        """Seerr forgets the title, with all its requests."""
        self.media.pop(media.id, None)
        for request in [request for request in self.requests.values() if request.media is media]:
            self.requests.pop(request.id, None)

    async def seerr_scan(self) -> None:
        """Seerr looks at the *arrs' file counts and at Jellyfin's ids; finished requests become COMPLETED."""
        for media in list(self.media.values()):
            for is_4k in (False, True):
                self._scan_media(media, is_4k)
            media.jellyfin_id = media.jellyfin_id or self._jellyfin_id(media.title)
        for request in list(self.requests.values()):
            if request.status == REQUEST_APPROVED and self._complete_if_there(request):
                await self.emit("request", request=request, what="available")

    async def mark_media(
        self, media: SeerrMedia, status: int, *, is_4k: bool = False, seasons: list[int] | None = None
    ) -> None:
        """Somebody sets a media status by hand in Seerr, seasons too; requests follow where all is there."""
        media.set_status(is_4k, status)
        for number in seasons or []:
            (media.seasons4k if is_4k else media.seasons)[number] = status
        for request in list(self.requests.values()):
            same = request.media is media and request.is_4k == is_4k
            if same and request.status == REQUEST_APPROVED and self._complete_if_there(request):
                await self.emit("request", request=request, what="available")

    # -- helpers ---------------------------------------------------------------------------------------

    def media_of(self, title: Title) -> SeerrMedia | None:
        """Seerr's row of this title."""
        return next((media for media in self.media.values() if media.title is title), None)

    async def add_to_arr(
        self, arr: Arr, title: Title, *, seasons: list[int] | None = None, monitored: bool = True
    ) -> MovieRow | SeriesRow:
        """Put a title into an *arr (None: all seasons), or monitor more seasons of one that is there."""
        if title.media_type == "movie":
            if movie := arr.movie_of(title):
                movie.monitored = movie.monitored or monitored
                return movie
            movie = MovieRow(
                id=arr.new_id("movie"),
                arr=arr,
                title=title,
                path=f"{arr.root}/{title.folder}",
                added=self.now(arr.kind),
                monitored=monitored,
            )
            arr.movies[movie.id] = movie
            await self.emit("arr_added", arr=arr, row=movie)
            return movie
        series = arr.series_of(title)
        fresh = series is None
        if series is None:
            series = self._new_series(arr, title)
        for number in title.seasons if seasons is None else seasons:
            if number in series.season_monitored:
                series.season_monitored[number] = monitored
        for row in series.episodes:
            if seasons is None or row.episode.season in seasons:
                row.monitored = monitored
        if fresh:
            await self.emit("arr_added", arr=arr, row=series)
        return series

    def _new_series(self, arr: Arr, title: Title) -> SeriesRow:
        """A series with nothing monitored yet."""
        root = arr.anime_root if title.anime else arr.root
        series = SeriesRow(
            id=arr.new_id("series"),
            arr=arr,
            title=title,
            path=f"{root}/{title.folder}",
            added=self.now(arr.kind),
            series_type="anime" if title.anime else "standard",
            season_monitored=dict.fromkeys(title.seasons, False),
        )
        for episode in sorted(title.episodes, key=lambda episode: episode.key):
            row = EpisodeRow(id=arr.new_id("episode"), series_id=series.id, episode=episode, monitored=False)
            series.episodes.append(row)
            arr.episodes[row.id] = row
        arr.series[series.id] = series
        return series

    def _new_media(self, title: Title) -> SeerrMedia:
        """Seerr's first row for a title."""
        media = SeerrMedia(id=self.new_id("media"), title=title, created_at=self.now("seerr"))
        self.media[media.id] = media
        return media

    def _set_status(self, request: SeerrRequest, status: int) -> None:
        """Set the status of the request and of its seasons; `updatedAt` never moves in Seerr."""
        request.status = status
        request.seasons = dict.fromkeys(request.seasons, status)

    async def _approved(self, request: SeerrRequest) -> None:
        """What follows an approval."""
        if self.hand_over_on_approve:
            await self.hand_over(request)

    def _reset_media(self, request: SeerrRequest) -> None:
        """Seerr forgets that the media is on its way, unless it is there."""
        if request.media.get_status(request.is_4k) != MEDIA_AVAILABLE:
            request.media.set_status(request.is_4k, MEDIA_UNKNOWN)
        table = request.media.seasons4k if request.is_4k else request.media.seasons
        for number in request.seasons:
            if table.get(number) != MEDIA_AVAILABLE:
                table[number] = MEDIA_UNKNOWN

    def _scan_media(self, media: SeerrMedia, is_4k: bool) -> None:
        """Media status from the file counts of the *arr that holds it."""
        arr = next(
            (
                arr
                for arr in self.arrs
                if arr.is_4k == is_4k and (arr.movie_of(media.title) or arr.series_of(media.title))
            ),
            None,
        )
        if arr is None:
            return
        if movie := arr.movie_of(media.title):
            if movie.file is not None:
                media.set_status(is_4k, MEDIA_AVAILABLE)
            return
        series = arr.series_of(media.title)
        assert series is not None
        table = media.seasons4k if is_4k else media.seasons
        for number in series.season_monitored:
            rows = [row for row in series.episodes if row.episode.season == number]
            here = sum(row.file is not None for row in rows)
            if here:
                table[number] = MEDIA_AVAILABLE if here == len(rows) else MEDIA_PARTIAL
        states = [table.get(number, MEDIA_UNKNOWN) for number in series.season_monitored if number > 0]
        if states and all(state == MEDIA_AVAILABLE for state in states):
            media.set_status(is_4k, MEDIA_AVAILABLE)
        elif any(state in (MEDIA_AVAILABLE, MEDIA_PARTIAL) for state in states):
            media.set_status(is_4k, MEDIA_PARTIAL)

    def _complete_if_there(self, request: SeerrRequest) -> bool:
        """Mark what is there as completed; True when the whole request is."""
        media = request.media
        if not request.seasons:
            if media.get_status(request.is_4k) != MEDIA_AVAILABLE:
                return False
        else:
            table = media.seasons4k if request.is_4k else media.seasons
            for number in request.seasons:
                if table.get(number) == MEDIA_AVAILABLE:
                    request.seasons[number] = REQUEST_COMPLETED
            if any(status != REQUEST_COMPLETED for status in request.seasons.values()):
                return False
        request.status = REQUEST_COMPLETED
        return True

    def _jellyfin_id(self, title: Title) -> str | None:
        """Jellyfin's id of the title, found by its TMDB id as Seerr does."""
        wanted = "Movie" if title.media_type == "movie" else "Series"
        for item in self.items.values():
            if item.type == wanted and item.provider_ids.get("Tmdb") == str(title.tmdb_id):
                return item.id
        return None
