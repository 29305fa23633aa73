"""A running Odoo server: is the port free, start it, wait until it answers."""
import http.client
import socket
from contextlib import closing

from . import processes
from .errors import SetupError

HOST = "127.0.0.1"


def is_free(port):
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def check_port(port):
    if not is_free(port):
        raise SetupError(f"port {port} is taken by another program",
                         f"Stop that program, or choose another port: setup/run --http-port {port + 1}",
                         step="Odoo server")


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        connection = http.client.HTTPConnection(HOST, port, timeout=30)
        with closing(connection):
            connection.request("GET", "/web/health")
            return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def arguments(database, port):
    return ["-d", database, f"--db-filter=^{database}$", f"--http-port={port}", "--http-interface=127.0.0.1"]


def wait_for(process, port, log, timeout=180):
    """Until the server answers; an early end or silence is an error."""
    processes.wait_until(lambda: process.poll() is not None or answers(port), timeout)
    if process.poll() is not None:
        raise SetupError(f"Odoo ended while starting (exit code {process.returncode})", "Read the log.",
                         step="Odoo server", log=log)
    if not answers(port):
        raise SetupError(f"Odoo did not answer on port {port} within {timeout} s", "Read the log.",
                         step="Odoo server", log=log)
