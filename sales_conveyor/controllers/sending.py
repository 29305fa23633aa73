from os import SEEK_END
from tempfile import TemporaryFile

from psycopg2.errors import ReadOnlySqlTransaction
from werkzeug.wsgi import wrap_file

from odoo.http import content_disposition, request


def arrived(record):
    """The record, if it is there. What was made a moment ago may not have come to the replica yet: then Odoo serves the
    request once more, from the primary."""
    record = record.exists()
    if not record and request.env.cr.readonly:
        raise ReadOnlySqlTransaction("The record is not on the replica yet")
    return record


def send_written(write, filename, mimetype):
    """The response that sends what ``write(stream)`` writes.

    It is written to a temporary file, which goes when it is sent, so that a
    large one fills no worker's memory.
    """
    stream = TemporaryFile()
    try:
        write(stream)
        return _send(stream, filename, mimetype)
    except BaseException:
        stream.close()
        raise


def _send(stream, filename, mimetype):
    """The response that sends a temporary file and closes it, which ends it."""
    size = stream.seek(0, SEEK_END)
    stream.seek(0)
    response = request.make_response(wrap_file(request.httprequest.environ, stream), headers=[
        ("Content-Type", mimetype),
        ("Content-Length", size),
        ("Content-Disposition", content_disposition(filename)),
        ("Cache-Control", "no-store"),
    ])
    response.direct_passthrough = True
    response.call_on_close(stream.close)
    return response
