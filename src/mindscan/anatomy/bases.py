"""The template of a base anatomy: the average, or a label map that the user has added."""

from __future__ import annotations

import functools

from mindscan.anatomy import assets, base, template
from mindscan.anatomy.template import Template

_MOST_IN_MEMORY = 3


@functools.lru_cache(maxsize=_MOST_IN_MEMORY)
def load(name: str = assets.AVERAGE) -> Template:
    """The template of a base, from the cache or built (half a minute, once).

    Args:
        name: "mni152", or the name of a map that was added.

    Raises:
        SettingsError: there is no base of this name.
        FileError: it is damaged.
        PackageError: nilearn, which ships the average's maps, is not installed.
    """
    return template.load() if name == assets.AVERAGE else built(assets.labels(name))


def built(ids: base.Ids) -> Template:
    """The template of own label ids in template space, shape `base.SHAPE`, from the cache or built."""
    version = f"{template.VERSION}.{base.VERSION}"
    cached = template.cache_folder() / f"base-{version}-{assets.digest_of(ids)[:16]}.npz"
    return template.kept(cached, lambda: base.build(ids, template.load()))
