"""The endpoint of devices, over HTTP: codes, limits, rights, and 500 bad inputs."""

import json
import random
from datetime import timedelta

from odoo.fields import Datetime
from odoo.http import root
from odoo.tests import HttpCase, tagged

SEED = 6


@tagged("post_install", "-at_install")
class TestPost(HttpCase):

    def setUp(self):
        super().setUp()
        self.door = self.env["conveyor.counter"].create({"name": "Door", "tz": "Europe/Sofia"})
        self.token = self.door.action_new_token()["params"]["token"]
        self.env.company.conveyor_counter_rate = 0
        self.now = Datetime.now().replace(minute=0, second=0)

    def post(self, content, token=None, counter=None, kind="application/json", method="POST", **headers):
        self.env.flush_all()
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        known = {"Authorization": f"Bearer {self.token if token is None else token}", "Content-Type": kind, **headers}
        return self.opener.request(method, f"{self.base_url()}/sales_conveyor/counter/{self.door.id if counter is None else counter}",
                                   data=body, headers={name: value for name, value in known.items() if value}, timeout=30)

    def reading(self, hours_ago=1, visitors=12):
        return {"hour": f"{self.now - timedelta(hours=hours_ago):%Y-%m-%dT%H:00:00Z}", "visitors": visitors}

    def readings(self, *items):
        return {"readings": list(items) or [self.reading()]}

    def test_a_day_of_readings(self):
        day = [self.reading(hour, hour * 3) for hour in range(24)]
        for item in reversed(day):
            self.assertEqual(self.post(self.readings(item)).status_code, 200)
        answer = self.post(self.readings(*day[:-1], {**day[-1], "visitors": 1}))
        self.assertEqual(answer.json(), {"received": 24, "created": 0, "updated": 1, "unchanged": 23, "kept": 0})
        self.env.invalidate_all()
        self.assertEqual(sum(self.door.reading_ids.mapped("visitors")), 3 * sum(range(23)) + 1)
        self.assertEqual(set(self.door.reading_ids.mapped("origin")), {"device"})
        self.assertTrue(self.door.last_post)

    def test_no_session_no_cookie_no_cache(self):
        answer = self.post(self.readings())
        self.assertNotIn("Set-Cookie", answer.headers)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.headers["Content-Type"].split(";")[0], "application/json")

    def test_strangers_are_told_nothing(self):
        archived = self.door.copy({"active": False})
        answers = [
            self.post(self.readings(), token="x"), self.post(self.readings(), token=""), self.post(self.readings(), counter=2 ** 31 - 5),
            self.post(self.readings(), counter="9" * 40), self.post(self.readings(), counter="door"), self.post(self.readings(), counter=archived.id),
            self.post(b"no json", token="x"), self.post(self.readings(), token="x", kind="text/plain"), self.post(self.readings(), Authorization="Basic eDp5"),
            self.post(self.readings(), token=self.token + "a"), self.post(self.readings(), token="\xe4\xf6"),
        ]
        self.assertEqual({(answer.status_code, answer.text, answer.headers["WWW-Authenticate"]) for answer in answers},
                         {(401, answers[0].text, "Bearer")})
        self.assertFalse(self.door.reading_ids)

    def test_a_new_token_stops_the_old_one(self):
        new = self.door.action_new_token()["params"]
        self.assertEqual(self.post(self.readings()).status_code, 401)
        self.assertEqual(self.post(self.readings(), token=new["token"]).status_code, 200)
        self.assertIn(f"/sales_conveyor/counter/{self.door.id} -H 'Authorization: Bearer {new['token']}'", new["curl"])
        self.env.flush_all()
        self.env.cr.execute("SELECT row_to_json(c)::text FROM conveyor_counter c WHERE id = %s", [self.door.id])
        self.assertNotIn(new["token"], self.env.cr.fetchone()[0])
        self.door.action_revoke_token()
        self.assertEqual(self.post(self.readings(), token=new["token"]).status_code, 401)

    def test_methods(self):
        self.assertEqual([self.post(b"", method=method).status_code for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD")], [405] * 5)

    def test_what_is_wrong_is_said(self):
        table = (
            (self.readings(self.reading(), self.reading(-3)), 400, "future", 2), (self.readings(self.reading(24 * 63)), 400, "too_old", 1),
            (self.readings(self.reading(visitors=-1)), 400, "bad_visitors", 1), (b"{", 400, "bad_json", None),
            (b" " * 131_073, 413, "too_large", None), (self.readings(*[self.reading()] * 1001), 400, "too_many", None),
        )
        for content, status, code, number in table:
            with self.subTest(code):
                answer = self.post(content)
                self.assertEqual((answer.status_code, answer.json()["error"], answer.json().get("reading")), (status, code, number))
        self.assertEqual(self.post(self.readings(), kind="text/plain").status_code, 415)
        self.assertIn(self.post(b"", **{"Content-Length": None}).status_code, (400, 411))
        self.assertFalse(self.door.reading_ids, "a post counts as a whole or not at all")

    def test_more_posts_in_a_minute_than_are_allowed(self):
        self.env.company.conveyor_counter_rate = 3
        other = self.door.copy()
        theirs = other.action_new_token()["params"]["token"]
        codes = [self.post(self.readings()).status_code for _number in range(8)]
        self.assertIn(429, codes)  # a minute may end meanwhile
        self.assertEqual(codes[:3], [200] * 3)
        answer = next(answer for answer in (self.post(self.readings()) for _number in range(8)) if answer.status_code == 429)
        self.assertTrue(1 <= int(answer.headers["Retry-After"]) <= 60)
        self.assertEqual(self.post(self.readings(), token=theirs, counter=other.id).status_code, 200)

    def test_another_device_of_the_counter_knows_better(self):
        hour = self.now - timedelta(hours=1)
        self.env["conveyor.counter.reading"].create({"counter_id": self.door.id, "hour": hour, "visitors": 5})
        self.assertEqual(self.post(self.readings()).json()["kept"], 1)
        self.door.device_wins = True
        self.assertEqual(self.post(self.readings()).json()["updated"], 1)
        self.env.invalidate_all()
        self.assertEqual((self.door.reading_ids.visitors, self.door.reading_ids.origin), (12, "device"))

    def test_500_bad_inputs_are_answered_properly(self):
        rng = random.Random(SEED)
        sessions = len(list(root.session_store.list())) if hasattr(root.session_store, "list") else None
        for number in range(500):
            content, options = self.spoilt(rng)
            answer = self.post(content, **options)
            self.assertIn(answer.status_code, (400, 401, 404, 405, 413, 415), f"input {number}: {content[:200]!r} {options}: {answer.text[:300]}")
            if answer.status_code not in (404, 405):  # these two are Odoo's own
                self.assertTrue(answer.json()["message"])
        self.assertFalse(self.door.reading_ids)
        if sessions is not None:
            self.assertEqual(len(list(root.session_store.list())), sessions)

    def spoilt(self, rng):
        """A good post with one thing wrong in it."""
        whole = json.dumps(self.readings(*[self.reading(hour) for hour in range(rng.randint(1, 4))])).encode()
        junk = rng.choice([None, True, -1, 1e400, 1.5, "", "12", "x" * 300, [], {}, [[]], 2 ** 70, "2026-02-30T10:00:00Z", "9999-12-31T23:00:00Z",
                           "2026-11-21T10:00:00", "\x00", "\ud800", "' OR 1=1 --", "٣", {"$gt": 0}])
        reading = {**self.reading(), rng.choice(["hour", "visitors"]): junk}
        return rng.choice([
            lambda: (json.dumps({"readings": [self.reading(2), reading]}).encode(), {}),
            lambda: (json.dumps({"readings": junk if junk else 0}).encode(), {}),
            lambda: (json.dumps(junk).encode(), {}),
            lambda: (whole[:rng.randint(0, len(whole) - 2)], {}),
            lambda: (bytes(rng.randrange(128, 256) for _byte in range(rng.randint(1, 300))), {}),
            lambda: (b"[" * rng.randint(1000, 100_000), {}),
            lambda: (whole + b" " * 131_072, {}),
            lambda: (whole, {"token": "".join(chr(rng.randrange(33, 255)) for _sign in range(rng.randint(1, 99)))}),
            lambda: (whole, {"counter": rng.choice(["0", "-1", "1.5", "%00", "..%2f1", "١", "1" * 30, "a b"])}),
            lambda: (whole, {"kind": rng.choice(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x",
                                                 "application/jsonp", "a/b; charset=\xff", "application/xml", None])}),
            lambda: (whole, {"method": rng.choice(["GET", "PUT", "DELETE", "PATCH"])}),
        ])()
