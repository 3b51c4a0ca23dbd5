"""Files kept beside a record together with the change that brings them: all of it or nothing."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from gongyi.core import attachments, clock
from gongyi.core.access import Actor
from gongyi.core.county import county_of, new_key
from gongyi.core.models import Attachment


def keep_files(subject: UUID, files: Sequence[Any], *, by: Actor, moved: Callable[[], object]) -> list[Attachment]:
    """Clean and keep files beside the record with this key; `moved` makes the change that brings them, in the same transaction.

    Raises Refused with a sentence for the first that cannot be taken; a failed save leaves no file behind.
    """
    county = county_of(subject)
    clean = [attachments.clean_upload(file.name, file) for file in files]
    paths: list[str] = []
    try:
        with transaction.atomic():
            moved()
            paths.extend(attachments.store(each.content) for each in clean)
            rows = [
                Attachment(
                    id=new_key(county), county=county, subject=subject, name=each.name, kind=each.kind,
                    size=len(each.content), sha256=each.sha256, path=path, added_at=clock.now(), added_by=by.id,
                )
                for each, path in zip(clean, paths, strict=True)
            ]  # fmt: skip
            return Attachment.objects.bulk_create(rows)
    except BaseException:
        for path in paths:
            attachments.remove(path)
        raise
