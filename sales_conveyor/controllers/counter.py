from odoo import http
from odoo.http import request
from odoo.sql_db import Cursor

from ..engine.counter import MOST_BYTES, BadPost

MOST_ID = 2 ** 31 - 1


class CounterController(http.Controller):
    """Where a device posts its readings::

        POST /sales_conveyor/counter/7
        Authorization: Bearer <token>
        Content-Type: application/json

        {"readings": [{"hour": "2026-11-21T10:00:00Z", "visitors": 12}]}

    A post counts as a whole or not at all, and may be repeated. Whoever has no
    right token is told nothing else: neither whether there is such a counter
    nor what is wrong with his post.
    """

    @http.route("/sales_conveyor/counter/<string:counter_id>", type="http", auth="none", methods=["POST"], csrf=False,
                save_session=False, sitemap=False)
    def post(self, counter_id, **_parameters):
        if request.httprequest.method != "POST":  # Odoo lets OPTIONS in as well
            return self._answer(405, {"error": "method_not_allowed", "message": "Post the readings."}, Allow="POST")
        self._read_committed()
        number = int(counter_id) if counter_id.isascii() and counter_id.isdigit() and len(counter_id) < 11 else 0
        known = request.env(su=True)["conveyor.counter"]._of_token(number if number <= MOST_ID else 0, self._token())  # the token is the right
        if not known:
            return self._answer(401, {"error": "unauthorized", "message": "No counter has this token."}, WWW_Authenticate="Bearer")
        counter, rules = known
        try:
            body = self._body()
            if wait := counter._pace(rules):
                return self._answer(429, {"error": "too_often", "message": f"Too many posts in this minute. Post again in {wait} seconds, "
                                          "several readings at once."}, Retry_After=str(wait))
            return self._answer(200, counter._receive(body, rules))
        except BadPost as error:
            place = {"reading": error.reading} if error.reading else {}
            return self._answer(STATUS.get(error.code, 400), {"error": error.code, "message": str(error), **place})

    def _read_committed(self):
        """Two posts of one hour wait for each other instead of failing: the request has written nothing yet."""
        cr = request.env.cr
        if isinstance(cr, Cursor):  # tests have but one transaction
            cr.rollback()
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")

    def _token(self):
        scheme, _space, token = request.httprequest.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def _body(self):
        """The bytes of the post.

        :raise BadPost: another kind of content, or too much of it
        """
        asked = request.httprequest
        if asked.mimetype != "application/json":
            raise BadPost("not_json", "The content is no JSON. Send it with the header Content-Type: application/json.")
        if asked.content_length is None:
            raise BadPost("no_length", "The length of the content is unknown. Send it with the header Content-Length, not in chunks.")
        if asked.content_length > MOST_BYTES:
            raise BadPost("too_large", f"The post is larger than {MOST_BYTES} bytes. Send the readings in several posts.")
        return asked.get_data()

    def _answer(self, status, content, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return request.make_json_response(content, status=status, headers={**names, "Cache-Control": "no-store"})


STATUS = {"no_length": 411, "too_large": 413, "not_json": 415}
