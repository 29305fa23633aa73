"""A small client of Odoo's JSON-RPC: what a program outside of Odoo has.

How to use::

    admin = Odoo(url, database).login("admin", "admin")
    lead_id = admin.create("crm.lead", {"name": "Lamp"})
    [lead] = admin.read("crm.lead", [lead_id], ["stage_id"])
"""

import json
import urllib.request

TIMEOUT = 120


class RpcError(Exception):
    """What Odoo answered instead of a result.

    :ivar str name: dotted name of the server's exception
    """

    def __init__(self, error):
        data = error.get("data") or {}
        self.name = data.get("name", "")
        super().__init__(data.get("message") or error.get("message"))


class Odoo:
    """A server and a database; after ``login`` also a user."""

    def __init__(self, url, database):
        self.url, self.database = url, database
        self.uid = self.password = None

    def login(self, login, password):
        self.uid = self._post("common", "login", self.database, login, password)
        if not self.uid:
            raise ValueError(f"{login} cannot log in")
        self.password = password
        return self

    def call(self, model, method, *arguments, **keywords):
        """Call a public method of a model."""
        return self._post("object", "execute_kw", self.database, self.uid, self.password,
                          model, method, list(arguments), keywords)

    def create(self, model, values, **context):
        """:return: an id, or a list of ids for a list of values"""
        return self.call(model, "create", values, context=context)

    def write(self, model, ids, values):
        return self.call(model, "write", ids, values)

    def read(self, model, ids, fields):
        return self.call(model, "read", ids, fields)

    def search(self, model, domain, **keywords):
        return self.call(model, "search", domain, **keywords)

    def search_read(self, model, domain, fields, **keywords):
        return self.call(model, "search_read", domain, fields, **keywords)

    def count(self, model, domain):
        return self.call(model, "search_count", domain)

    def ref(self, external_id):
        """The id behind ``module.name``."""
        module, name = external_id.split(".")
        [row] = self.search_read("ir.model.data", [["module", "=", module], ["name", "=", name]], ["res_id"])
        return row["res_id"]

    def _post(self, service, method, *arguments):
        body = {"jsonrpc": "2.0", "method": "call", "id": 1,
                "params": {"service": service, "method": method, "args": arguments}}
        request = urllib.request.Request(
            f"{self.url}/jsonrpc", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            answer = json.load(response)
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer.get("result")  # a method that returns nothing has none
