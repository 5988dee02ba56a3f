#!/usr/bin/env python3
"""A small telephony platform that speaks as Twilio does: SIP calls in and out, TwiML by signed posts, a little of its API.

  gateway.py --public https://desk.example.org --local http://127.0.0.1:8080 --token SECRET --folder DIR
             [--route +390551234567=sip:ada@127.0.0.1:5070]… [--phrase en=my internet is slow]…

The first line out is {"sip": "127.0.0.1:PORT", "api": "http://127.0.0.1:PORT"}; what it does after is in DIR/log, one JSON
a line. Lines in are routes and phrases too: {"route": "+39…", "to": "sip:…"}, {"phrase": "…", "language": "en"}; each is
answered by {"ok": true}. It ends with its input.

Speech is recognised among the hints of a Gather and the phrases that it was given, by their sound.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import os
import secrets
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import voice
from session import FETCH, Session, outcome
from telephony import Line, first

CALLS = {"To", "From", "Url", "Method", "StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent", "Timeout",
         "MachineDetection"}
MESSAGES = {"To", "From", "Body", "StatusCallback", "MessagingServiceSid"}
UPDATES = {"Url", "Method", "Status"}


class Gateway:
    def __init__(self, told):
        self.told = told
        self.loop = asyncio.get_running_loop()
        self.out = open(os.path.join(told.folder, "log"), "a", encoding="utf-8")
        self.lock = threading.Lock()
        self.sessions, self.recordings = {}, {}
        self.routes = dict(route.split("=", 1) for route in told.route)
        self.phrases = [tuple(phrase.split("=", 1)) for phrase in told.phrase]
        self.line = Line("gateway", told.folder, self.rung)
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Api", (Api,), {"gateway": self}))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.api = f"http://127.0.0.1:{server.server_port}"

    def log(self, what, **more):
        line = json.dumps({"at": round(time.time(), 3), "what": what, **more}, ensure_ascii=False)
        with self.lock:
            self.out.write(line + "\n")
            self.out.flush()

    def route(self, number):
        if number.startswith("sip:"):
            return number
        return self.routes.get(number)

    def rung(self, leg):
        asyncio.ensure_future(self.guarded(self.incoming(leg)))

    async def guarded(self, work):
        try:
            return await work
        except Exception as error:
            self.log("error", error=f"{type(error).__name__}: {error}")
            raise

    async def incoming(self, leg):
        own, called = leg.peer
        session = Session(self, leg, "inbound", own, called)
        session.status_url = self.told.public + self.told.status_path
        session.log("incoming", own=own, called=called)
        asyncio.ensure_future(self.watch(session))
        leg.ring()
        await session.run(self.told.public + self.told.voice_path)
        leg.end()

    async def outgoing(self, session, told):
        """A call that the API asked for, once it is dialled."""
        leg = session.leg
        asyncio.ensure_future(self.watch(session))
        done = await first([leg.answered.wait(), leg.over.wait()], float(told.get("Timeout", 60)))
        if done != 0:
            if done is None:
                session.state = "no-answer"
                leg.end()
            return
        session.state = "in-progress"
        if not await leg.ready():
            return
        if told.get("MachineDetection"):
            session.more["AnsweredBy"] = await self.who(leg)
            session.log("answered_by", who=session.more["AnsweredBy"])
        await session.run(told["Url"], told.get("Method", "POST"))
        leg.end()

    async def who(self, leg):
        """A person greets in a word or two and waits; a machine goes on."""
        until = time.monotonic() + 6
        while time.monotonic() < until and leg.live:
            loud = voice.loud(leg.heard())
            spoken = loud.nonzero()[0]
            if loud.sum() > 150:
                return "machine_start"
            if len(spoken) and len(loud) - 1 - spoken[-1] > 40:
                return "human"
            await asyncio.sleep(0.1)
        return "unknown"

    async def watch(self, session):
        """Tells the status callback what becomes of a call, and notes its end."""
        leg = session.leg
        if "ringing" in session.status_events and await first([leg.ringing.wait(), leg.over.wait()], 120) == 0:
            await self.tell(session, "ringing")
        if "answered" in session.status_events and await first([leg.answered.wait(), leg.over.wait()], 120) == 0:
            await self.tell(session, "in-progress")
        await leg.over.wait()
        seconds = round(leg.ended - leg.began) if leg.began else 0
        session.state = "completed" if leg.began else outcome(leg, session.state == "no-answer")
        session.log("over", state=session.state, status=leg.status, in_band=in_band(leg.heard()))
        await self.tell(session, session.state, {"CallDuration": str(seconds)} if leg.began else {})

    async def tell(self, session, state, more=None):
        if session.status_url:
            fields = {**session.fields(), "CallStatus": state, **(more or {})}
            fields.update(Timestamp=time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime()), SequenceNumber="0")
            fields["CallbackSource"] = "call-progress-events"
            await self.fetch(session, session.status_url, "POST", fields, document=False)

    # To the application.

    def local(self, url):
        """Where a public address is really served."""
        if url.startswith(self.told.public + "/") or url == self.told.public:
            return self.told.local + url[len(self.told.public) :]
        return url

    async def fetch(self, session, url, method, fields, document=True):
        """A signed request; the document it is answered with, or None after an error."""
        headers = {"I-Twilio-Idempotency-Token": secrets.token_hex(16), "User-Agent": "TwilioProxy/1.1", "Accept": "*/*"}
        if method == "GET":
            url += ("&" if "?" in url else "?") + urllib.parse.urlencode(fields)
            body, signed = None, {}
        else:
            body, signed = urllib.parse.urlencode(fields).encode(), fields
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        headers["X-Twilio-Signature"] = sign(self.told.token, url, signed)
        request = urllib.request.Request(self.local(url), body, headers, method=method)
        began = time.monotonic()
        status, kind, text = await asyncio.to_thread(ask, request)
        told = {name: fields[name] for name in fields if name not in session.fields() or name == "CallStatus"}
        session.log("post", url=url, status=status, fields=told, seconds=round(time.monotonic() - began, 3))
        good = 200 <= status < 300
        if not good or document and kind not in ("text/xml", "application/xml"):
            session.log("error", error=f"{url} is answered by {status} {kind}: {text[:300]}")
            return None
        return text

    async def sound(self, session, url):
        """The path of a sound file to play."""
        name = os.path.join(self.told.folder, hashlib.sha256(url.encode()).hexdigest()[:32])
        status, kind, data = await asyncio.to_thread(ask, urllib.request.Request(self.local(url)), False)
        if status != 200 or not kind.startswith("audio/"):
            session.log("error", error=f"{url} is answered by {status} {kind}")
            return voice.silence(0.1)
        source = f"{name}.{'mp3' if 'mpeg' in kind else 'wav'}"
        with open(source, "wb") as file:
            file.write(data)
        await asyncio.to_thread(voice.to_line, source, name + ".line.wav")
        return name + ".line.wav"

    def keep(self, sid, samples):
        """Keeps a recording; the address at which it is served."""
        path = os.path.join(self.told.folder, f"{sid}.wav")
        voice.write(path, samples)
        self.recordings[sid] = path
        return f"{self.api}/2010-04-01/Accounts/{self.told.account}/Recordings/{sid}"

    # From the application.

    async def make_call(self, told):
        if not {"To", "From", "Url"} <= set(told) or set(told) - CALLS:
            return 400, {"code": 21201, "message": f"fields {sorted(told)}"}
        uri = self.route(told["To"])
        if uri is None:
            self.log("error", error=f"no route to {told['To']}")
            return 400, {"code": 21211, "message": f"no route to {told['To']}"}
        leg = self.line.call(uri, told["From"])
        session = Session(self, leg, "outbound-api", told["From"], told["To"])
        session.state = "queued"
        session.status_url = told.get("StatusCallback")
        session.status_events = told.get("StatusCallbackEvent", "completed").split()
        session.log("outgoing", to=told["To"], uri=uri, fields=told)
        answer = self.shown(session)
        session.state = "ringing"
        asyncio.ensure_future(self.guarded(self.outgoing(session, told)))
        return 201, answer

    async def change_call(self, sid, told):
        session = self.sessions.get(sid)
        if session is None:
            return 404, {"code": 20404, "message": f"no call {sid}"}
        if set(told) - UPDATES:
            return 400, {"code": 21220, "message": f"fields {sorted(told)}"}
        if session.leg.over.is_set():
            return 400, {"code": 21220, "message": "the call is over"}
        if told.get("Status") in ("completed", "canceled"):
            session.leg.end()
        elif told.get("Url"):
            session.redirected = (told["Url"], told.get("Method", "POST"))
        session.log("changed", fields=told)
        return 200, self.shown(session)

    async def send_message(self, told):
        if not {"To", "Body"} <= set(told) or not {"From", "MessagingServiceSid"} & set(told) or set(told) - MESSAGES:
            return 400, {"code": 21602, "message": f"fields {sorted(told)}"}
        if len(told["Body"]) > 1600:
            return 400, {"code": 21617, "message": "longer than 1600 characters"}
        sid = "SM" + secrets.token_hex(16)
        self.log("message", sid=sid, to=told["To"], own=told.get("From"), body=told["Body"])
        return 201, {"sid": sid, "status": "queued", "to": told["To"], "from": told.get("From"), "body": told["Body"]}

    def shown(self, session):
        own = {"from": session.called_from, "to": session.called, "direction": session.direction}
        return {"sid": session.sid, "status": session.state, "account_sid": self.told.account, **own}


class Api(BaseHTTPRequestHandler):
    """A little of https://www.twilio.com/docs/voice/api/call-resource and its like."""

    gateway = None
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def path_parts(self):
        """What follows the account, where account and password are right."""
        told = self.gateway.told
        want = base64.b64encode(f"{told.account}:{told.token}".encode()).decode()
        given = self.headers.get("authorization", "").removeprefix("Basic ")
        if not hmac.compare_digest(want, given):
            self.gateway.log("error", error=f"{self.path} without the right password")
            self.answer(401, {"code": 20003, "message": "authenticate"})
            return None
        base = f"/2010-04-01/Accounts/{told.account}/"
        path = self.path.split("?")[0]
        if not path.startswith(base):
            self.answer(404, {"code": 20404, "message": path})
            return None
        return path.removeprefix(base).split("/")

    def do_GET(self):
        parts = self.path_parts()
        if parts is None:
            return
        kind, sid = parts[0], parts[-1].split(".")[0]
        if kind == "Recordings" and sid in self.gateway.recordings:
            with open(self.gateway.recordings[sid], "rb") as file:
                self.answer(200, file.read(), "audio/x-wav")
        elif kind == "Calls" and sid in self.gateway.sessions:
            self.answer(200, self.gateway.shown(self.gateway.sessions[sid]))
        else:
            self.answer(404, {"code": 20404, "message": self.path})

    def do_DELETE(self):
        parts = self.path_parts()
        if parts is None:
            return
        sid = parts[-1].split(".")[0]
        path = self.gateway.recordings.pop(sid, None) if parts[0] == "Recordings" else None
        if path is None:
            self.answer(404, {"code": 20404, "message": self.path})
            return
        self.gateway.log("deleted", recording=sid)
        os.remove(path)
        self.answer(204, b"", "application/json")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        parts = self.path_parts()
        if parts is None:
            return
        told = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        if parts == ["Calls.json"]:
            work = self.gateway.make_call(told)
        elif parts == ["Messages.json"]:
            work = self.gateway.send_message(told)
        elif len(parts) == 2 and parts[0] == "Calls":
            work = self.gateway.change_call(parts[1].removesuffix(".json"), told)
        else:
            self.answer(404, {"code": 20404, "message": self.path})
            return
        status, answer = asyncio.run_coroutine_threadsafe(work, self.gateway.loop).result(10)
        if status >= 400:
            self.gateway.log("error", error=f"{self.path} is answered by {status}: {answer['message']}")
        self.answer(status, answer)

    def answer(self, status, told, kind="application/json"):
        data = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def sign(token, url, fields):
    """https://www.twilio.com/docs/usage/security#validating-requests"""
    told = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()).decode()


def ask(request, text=True):
    """Status, content type and body; status 0 where nobody answers."""
    try:
        with urllib.request.urlopen(request, timeout=FETCH) as reply:
            status, kind, data = reply.status, reply.headers.get_content_type(), reply.read()
    except urllib.error.HTTPError as error:
        status, kind, data = error.code, error.headers.get_content_type(), error.read()
    except OSError as error:
        status, kind, data = 0, "", str(error).encode()
    return status, kind, data.decode(errors="replace") if text else data


def in_band(sound):
    """How many tenths of a second hold a tone of a keypad in the sound itself: none, if keys go as events."""
    import numpy as np

    size = voice.RATE // 10
    frames = sound[: len(sound) // size * size].reshape(-1, size).astype(float)
    if not len(frames):
        return 0
    times = np.arange(size) / voice.RATE
    power = {}
    for hz in (697, 770, 852, 941, 1209, 1336, 1477, 1633):
        wave = np.exp(-2j * np.pi * hz * times)
        power[hz] = np.abs(frames @ wave) ** 2 * 2 / size
    low = np.max([power[hz] for hz in (697, 770, 852, 941)], axis=0)
    high = np.max([power[hz] for hz in (1209, 1336, 1477, 1633)], axis=0)
    whole = (frames**2).sum(axis=1)
    # Two tones are nearly all there is, and they are about as loud as each other.
    both = (low + high > 0.8 * whole) & (np.minimum(low, high) > 0.2 * whole) & (whole > size * voice.LOUD**2)
    return int(both.sum())


async def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--public", required=True)
    reader.add_argument("--local", required=True)
    reader.add_argument("--voice-path", default="/ivr/twilio")
    reader.add_argument("--status-path", default="/ivr/twilio/status")
    reader.add_argument("--account", default="AC" + "0" * 32)
    reader.add_argument("--token", required=True)
    reader.add_argument("--folder", required=True)
    reader.add_argument("--route", action="append", default=[])
    reader.add_argument("--phrase", action="append", default=[])
    gateway = Gateway(reader.parse_args())
    wheels = asyncio.ensure_future(gateway.line.serve())
    print(json.dumps({"sip": f"127.0.0.1:{gateway.line.port}", "api": gateway.api}), flush=True)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async for line in lines:
        told = json.loads(line)
        if "route" in told:
            gateway.routes[told["route"]] = told["to"]
        elif "phrase" in told:
            gateway.phrases.append((told["language"], told["phrase"]))
        print(json.dumps({"ok": True}), flush=True)
    wheels.cancel()
    gateway.line.close()


if __name__ == "__main__":
    asyncio.run(main())
