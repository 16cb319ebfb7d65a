"""What a link asks for in its own address: there Canvas keeps it for links of a cartridge.

Canvas imports a cartridge's custom parameters as `custom_…` in the address of the module's item.
It launches that address as `target_link_uri`, and claims only the tool's own parameters.
Source: canvas-lms, `app/models/importers/context_module_importer.rb`, `add_custom_fields_to_url`.

Security: a teacher can write the address, as they can write custom parameters. So only wishes
are read here, never who someone is or which course this is.
"""

from urllib.parse import parse_qsl

WISHES = ("media_id", "embed_type", "downloadable", "start_at", "link")


def read_address(target_link_uri: str) -> dict[str, str]:
    """Give the custom parameters in the query of a link's address."""
    _, asked, query = target_link_uri.partition("?")
    if not asked:
        return {}
    given = dict(parse_qsl(query.partition("#")[0]))
    return {wish: given[f"custom_{wish}"] for wish in WISHES if f"custom_{wish}" in given}
