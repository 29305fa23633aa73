"""A small SMTP server in a thread: it takes mails for real, and refuses when told to."""

import email
import email.policy
import socketserver
import threading


class _Session(socketserver.StreamRequestHandler):

    def handle(self):
        self._say("220 ready")
        for line in iter(self.rfile.readline, b""):
            verb = line.decode().strip().upper()
            if verb.startswith("DATA"):
                self._take()
            elif verb.startswith("QUIT"):
                return self._say("221 bye")
            elif verb.startswith("RCPT") and self.server.is_refusing:
                self._say("451 try again later")
            else:
                self._say("250 ok")
        return None

    def _take(self):
        self._say("354 go on")
        lines = []
        for line in iter(self.rfile.readline, b".\r\n"):
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.mails.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))
        self.server.taken.set()
        self.server.may_answer.wait(60)
        self._say("250 taken")

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """Use as a context manager; ``mails`` holds what was taken, ``port`` where it listens."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), _Session)
        self.mails, self.is_refusing = [], False
        self.taken, self.may_answer = threading.Event(), threading.Event()  # cleared: a mail is taken and not yet acknowledged
        self.may_answer.set()
        self.port = self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.shutdown()
        self.server_close()
