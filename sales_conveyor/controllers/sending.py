from os import SEEK_END

from werkzeug.wsgi import wrap_file

from odoo.http import content_disposition, request


def send(stream, filename, mimetype):
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
