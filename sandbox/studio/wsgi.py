"""The small Studio for gunicorn (`sandbox.studio.wsgi:app`), with its settings from variables."""

from sandbox.studio import StudioSettings, create_studio

app = create_studio(StudioSettings.from_environment())
