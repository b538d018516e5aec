"""The application object that a WSGI server loads: `granian loket.server:app` or `gunicorn loket.server:app`."""

from loket.app import create
from loket.parent import die_with_parent

die_with_parent()
app = create()
