"""Scripts, styles and fonts as browsers get them: small, and kept until they change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage

from config.bundles import joined


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """What `collectstatic` wrote: compressed, under names that hold a hash, so that browsers keep them for ever."""

    # Modules import each other by those names, too.
    support_js_module_import_aggregation = True
    keep_only_hashed_files = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Also writes the joined files (config/bundles.py), before they get their hashes."""

        def read(name: str) -> str:
            place, path = paths[name]
            with place.open(path) as file:
                text: str = file.read().decode()
            return text

        if not dry_run:
            for name, text in joined(read).items():
                self.delete(name)
                self._save(name, ContentFile(text.encode()))
                paths[name] = (self, name)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def stored_name(self, name: str) -> str:
        try:
            return str(super().stored_name(name))
        except ValueError:
            # Nothing was collected, or a file that is new since: the page comes without it, and not as a fault.
            return name


class CompressedPages(GZipMiddleware):
    """Pages and answers of the API; not what is sent piece by piece (events, recordings, exports)."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response if response.streaming else super().process_response(request, response)
