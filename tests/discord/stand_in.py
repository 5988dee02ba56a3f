"""Discord on a port of this machine: simcord's rules behind real sockets, so that the program talks to it unchanged.

It prints its port and serves until its standard input is closed:
  /api/v10/…   REST, by simcord's own routes, and faults on demand
  /gateway     a session: hello, identify, resume, heartbeats, events
  /cdn/…       files of messages
  /control/…   what a test does in the name of people, and what goes wrong
"""

import asyncio
import base64
import io
import json
import sys
from datetime import UTC, datetime

import discord
from aiohttp import WSMsgType, web
from simcord import intents, interactions
from simcord._clock import Clock
from simcord.backend import Backend, serializers
from simcord.backend.cdn import CDN_BASE
from simcord.backend.errors import BackendError
from simcord.http import router, routes  # noqa: F401  (the import registers the routes)

TOKEN = "simtoken"


class Now(Clock):
    def now(self):
        return datetime.now(UTC)


class Session:
    """One identified connection; its events are numbered and kept, so that it can be resumed."""

    def __init__(self, name, mask):
        self.name, self.mask = name, discord.Intents._from_value(mask)
        self.number, self.kept, self.queue = 0, [], None

    def send(self, event, payload):
        payload = self.seen(event, payload)
        if payload is None:
            return
        if OPTIONS["spoil"] and event == "MESSAGE_CREATE":
            # Of a form that no library knows yet.
            payload["author"] = 7
        self.number += 1
        frame = {"op": 0, "t": event, "s": self.number, "d": payload}
        self.kept.append(frame)
        if self.queue is not None:
            self.queue.put_nowait(frame)

    def seen(self, event, payload):
        gate = intents.required_intent(event, payload)
        if gate is not None and not getattr(self.mask, gate):
            return None
        payload = plain(payload)
        if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE") and not self.mask.message_content:
            intents.censor_message(payload, WORLD.bot_user.id, backend=WORLD)
        if event == "GUILD_CREATE":
            intents.prune_guild_create(payload, self.mask, WORLD.bot_user.id)
            payload.setdefault("nsfw_level", 0)
            payload.setdefault("nsfw", False)
        return payload


WORLD = Backend(clock=Now())
SESSIONS = {}
OPTIONS = {"heartbeat": 41250, "ack": True, "refuse_resume": False, "times": 1, "closed": False, "spoil": False,
           "flags": 1 << 19}
FAULTS, CALLS, SAME, SLOW, ACKS, NEWS = [], [], {}, {}, [], {}
BASE = ""


def plain(payload):
    text = json.dumps(payload, default=str)
    return whole(json.loads(text.replace(CDN_BASE, BASE + "/cdn")))


def whole(held):
    """What simcord leaves out and Discord always says: which message a press was on, which press a form is of."""
    for inner in held.values() if isinstance(held, dict) else held if isinstance(held, list) else ():
        whole(inner)
    told = held.get("interaction_metadata") if isinstance(held, dict) else None
    if told and told["type"] == 3:
        told.setdefault("interacted_message_id", held["id"])
    if told and told["type"] == 5:
        press = {**told, "type": 3, "interacted_message_id": held["id"]}
        told.setdefault("triggering_interaction_metadata", press)
    return held


def happened(event, payload):
    for session in SESSIONS.values():
        for _ in range(OPTIONS["times"]):
            session.send(event, payload)
    if event.startswith("MESSAGE_"):
        NEWS.setdefault(str(payload["channel_id"]), News()).come()


class News:
    """How often a channel has changed, and who waits for the next time."""

    def __init__(self):
        self.count, self.waiting = 0, []

    def come(self):
        self.count += 1
        for one in self.waiting:
            if not one.done():
                one.set_result(None)
        self.waiting.clear()


async def news(told):
    """The messages of a channel, as soon as it is other than at the count that is known; else after a while."""
    held = NEWS.setdefault(str(told["channel"]), News())
    if held.count == told["known"]:
        waiting = asyncio.get_running_loop().create_future()
        held.waiting.append(waiting)
        await asyncio.wait([waiting], timeout=told["seconds"])
    return {"known": held.count, "messages": messages(told)}


WORLD.subscribers.append(happened)


async def gateway(request):
    socket = web.WebSocketResponse(max_msg_size=0)
    await socket.prepare(request)
    if OPTIONS["closed"]:
        await socket.close(code=1001)
        return socket
    queue = asyncio.Queue()
    queue.put_nowait({"op": 10, "d": {"heartbeat_interval": OPTIONS["heartbeat"]}})

    async def write():
        while not socket.closed:
            frame = await queue.get()
            try:
                if "close" in frame:
                    await socket.close(code=frame["close"])
                elif "abort" in frame:
                    request.transport.abort()
                else:
                    await socket.send_str(json.dumps({"s": None, "t": None, **frame}))
            except ConnectionError:
                return

    writer, session = asyncio.ensure_future(write()), None
    async for message in socket:
        if message.type != WSMsgType.TEXT:
            continue
        frame = json.loads(message.data)
        data = frame.get("d")
        if frame["op"] == 1 and OPTIONS["ack"]:
            queue.put_nowait({"op": 11, "d": None})
        elif frame["op"] == 2:
            if data["token"].removeprefix("Bot ") != TOKEN:
                queue.put_nowait({"close": 4004})
                continue
            session = begin(data, queue)
        elif frame["op"] == 6:
            session = SESSIONS.get(data["session_id"])
            if session is None or OPTIONS["refuse_resume"]:
                queue.put_nowait({"op": 9, "d": False})
                continue
            session.queue = queue
            for kept in [kept for kept in session.kept if kept["s"] > data["seq"]]:
                queue.put_nowait(kept)
            session.send("RESUMED", {})
    if session is not None and session.queue is queue:
        session.queue = None
    writer.cancel()
    return socket


def begin(data, queue):
    for old in list(SESSIONS)[:-2]:
        del SESSIONS[old]
    session = Session(f"session{WORLD.snowflake()}", data["intents"])
    session.queue = queue
    SESSIONS[session.name] = session
    session.send("READY", {
        "v": 10, "user": dict(serializers.user_payload(WORLD.bot_user)), "session_id": session.name,
        "guilds": [{"id": str(guild.id), "unavailable": True} for guild in WORLD.guilds.values()],
        "resume_gateway_url": BASE.replace("http", "ws") + "/gateway", "shard": data.get("shard", [0, 1]),
        "application": {"id": str(WORLD.application_id), "flags": 0},
    })
    for guild in WORLD.guilds.values():
        session.send("GUILD_CREATE", serializers.guild_create_payload(WORLD, guild))
    return session


class Upload:
    def __init__(self, name, content):
        self.filename, self.fp, self.description = name, io.BytesIO(content), None


def answer(told, status=200, headers=None):
    return web.json_response(plain(told), status=status, headers=headers)


async def read(request):
    body, files = None, []
    if request.content_type.startswith("multipart/"):
        async for part in await request.multipart():
            content = await part.read()
            if part.name == "payload_json":
                body = json.loads(content)
            else:
                files.append(Upload(part.filename, bytes(content)))
    elif request.can_read_body:
        body = json.loads(await request.read() or b"null")
    return body, files


def fault(method, path):
    for known in FAULTS:
        if known["method"] in ("*", method) and known["path"] in path:
            known["times"] -= 1
            if known["times"] <= 0:
                FAULTS.remove(known)
            return known
    return None


async def rest(request):
    path, method = "/" + request.match_info["path"], request.method
    if path in ("/gateway", "/gateway/bot"):
        limit = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
        return answer({"url": BASE.replace("http", "ws") + "/gateway", "shards": 1, "session_start_limit": limit})
    if request.headers.get("authorization") != f"Bot {TOKEN}":
        return answer({"code": 0, "message": "401: Unauthorized"}, 401)
    body, files = await read(request)
    wrong = fault(method, path)
    call = {"method": method, "path": path, "body": body, "status": 200, "files": len(files),
            "faulted": wrong is not None}
    CALLS.append(call)
    for part, seconds in list(SLOW.items()):
        if part in path:
            await asyncio.sleep(seconds)
    if wrong and not wrong.get("done"):
        call["status"] = wrong["status"]
        told = {"code": wrong.get("code", 0), "message": wrong.get("message", "a fault")}
        if wrong["status"] == 429:
            told.update(retry_after=wrong.get("after", 1.0), **{"global": False})
        return answer(told, wrong["status"])
    response = done(method, path, body, files, request, call)
    if wrong and wrong["status"] == 0:
        # Done, and nobody is told: the connection breaks.
        request.transport.abort()
    if wrong:
        return web.Response(status=wrong["status"], text="<html>no JSON</html>")
    return response


def done(method, path, body, files, request, call):
    # The same number again is the same message, and makes none.
    known = isinstance(body, dict) and body.get("enforce_nonce") and method == "POST"
    same = (path, str(body.get("nonce"))) if known else None
    if same in SAME:
        call["same"] = True
        return answer(SAME[same])
    params = dict(request.query)
    try:
        told = router.dispatch(WORLD, method, path, json=body, params=params, files=files)
        if "after" in params:
            told = after(path, params)
    except router.RouteNotImplemented as error:
        call["status"] = 501
        call["message"] = str(error)
        return answer({"code": 0, "message": str(error)}, 501)
    except BackendError as error:
        call["status"], call["message"] = error.status, str(error.to_json())
        return answer(error.to_json(), error.status)
    if path.endswith("/callback"):
        answered = WORLD.interactions[int(path.split("/")[2])]
        NEWS.setdefault(str(answered.channel_id), News()).come()
        return web.Response(status=204)
    if path == "/oauth2/applications/@me":
        # What is switched on at the portal.
        told["flags"] = OPTIONS["flags"]
    if same:
        SAME[same] = told
    if told is None:
        return web.Response(status=204)
    if "/commands" in path:
        for command in told if isinstance(told, list) else [told]:
            command.setdefault("version", command["id"])
    return answer(told)


def after(path, params):
    """Those right after a message, newest first, as Discord does; simcord gives the newest of all."""
    channel = int(path.split("/")[2])
    messages = [m for m in WORLD.messages[channel].values() if not m.is_ephemeral and m.id > int(params["after"])]
    first = sorted(messages, key=lambda m: m.id)[: int(params.get("limit", 50))]
    return [dict(serializers.message_payload(WORLD, m)) for m in reversed(first)]


async def cdn(request):
    content = WORLD.cdn.get(f"{CDN_BASE}/{request.match_info['path']}")
    return web.Response(body=content) if content is not None else web.Response(status=404)


def interact(kind, told, data, source=None):
    channel = WORLD.get_channel(int(told["channel"]))
    record, payload = interactions.base_payload(
        WORLD, type=kind, channel_id=channel.id, guild_id=channel.guild_id, user_id=int(told["user"]), data=data)
    payload["locale"] = told.get("locale", "en-US")
    if source is not None:
        payload["message"] = dict(serializers.message_payload(WORLD, source))
        record.source_message_id = source.id
    WORLD.emit("INTERACTION_CREATE", payload)
    return {"id": str(record.id)}


def slash(told):
    known = [c for scope in WORLD.commands.values() for c in scope.values() if c["name"] == told["name"]]
    return interact(2, told, {"id": known[0]["id"], "name": told["name"], "type": 1,
                              "options": told.get("options", [])})


def click(told):
    message = WORLD.get_message(int(told["channel"]), int(told["message"]))
    data = {"custom_id": told["custom_id"], "component_type": told.get("type", 2)}
    if "values" in told:
        data["values"] = told["values"]
    return interact(3, told, data, message)


def modal(told):
    source = WORLD.get_message(int(told["channel"]), int(told["message"])) if told.get("message") else None
    inputs = [{"type": 1, "components": [{"type": 4, "custom_id": key, "value": value}]}
              for key, value in told["values"].items()]
    return interact(5, told, {"custom_id": told["custom_id"], "components": inputs}, source)


def send(told):
    channel = WORLD.get_channel(int(told["channel"]))
    files = [WORLD.cdn.store_attachment(WORLD.snowflake(), channel.id, file["name"],
                                        base64.b64decode(file["content"]), None)
             for file in told.get("files", [])]
    reference = {"message_id": told["answers"], "channel_id": str(channel.id)} if told.get("answers") else None
    message = WORLD.create_message(channel.id, int(told["user"]), told.get("text", ""), attachments=files,
                                   reference=reference)
    return {"id": str(message.id)}


def guild(told):
    made = WORLD.create_guild(told.get("name", "a server"))
    channel = WORLD.create_channel(made.id, "general")
    return {"guild": str(made.id), "channel": str(channel.id), "bot": str(WORLD.bot_user.id)}


def user(told):
    made = WORLD.make_user(told["name"])
    if "guild" in told:
        WORLD.add_member(int(told["guild"]), made.id, announce=True)
    return {"user": str(made.id), "channel": str(WORLD.get_dm_channel(made.id).id)}


def messages(told):
    return [dict(serializers.message_payload(WORLD, m)) for m in list(WORLD.messages[int(told["channel"])].values())]


def interaction(told):
    record = WORLD.interactions[int(told["id"])]
    return {"responded": record.responded, "kind": record.response_kind, "ephemeral": record.ephemeral,
            "message": str(record.message_id), "modal": record.modal}


def drop(told):
    for session in SESSIONS.values():
        if session.queue is not None:
            session.queue.put_nowait(told)
    return {}


def replay(told):
    """The last events come again, in the order asked for."""
    for session in SESSIONS.values():
        if session.queue is not None:
            last = [dict(kept) for kept in session.kept if kept["t"] in told["kinds"]][-told["count"]:]
            for kept in reversed(last) if told.get("reversed") else last:
                session.send(kept["t"], kept["d"])
    return {}


CONTROLS = {
    "guild": guild, "user": user, "send": send, "slash": slash, "click": click, "modal": modal, "drop": drop,
    "replay": replay, "messages": messages, "interaction": interaction, "news": news,
    "edit": lambda t: WORLD.edit_message(int(t["channel"]), int(t["message"]), {"content": t["text"]}) and {},
    "delete": lambda t: WORLD.delete_message(int(t["channel"]), int(t["message"])) or {},
    "react": lambda t: WORLD.set_reaction(int(t["channel"]), int(t["message"]), t["emoji"], int(t["user"]), True) or {},
    "delete_channel": lambda t: WORLD.delete_channel(int(t["channel"])) or {},
    "threads": lambda t: [dict(serializers.thread_payload(WORLD, c)) for c in list(WORLD.channels.values())
                          if c.is_thread],
    "fault": lambda t: FAULTS.append({"method": "*", "times": 1, **t}) or {},
    "slow": lambda t: SLOW.update({t["path"]: t["seconds"]}) or {},
    "options": lambda t: OPTIONS.update(t) or OPTIONS,
    "calls": lambda t: [call for call in CALLS if t.get("path", "") in call["path"]],
    "commands": lambda t: [c for scope in WORLD.commands.values() for c in scope.values()],
    "connected": lambda t: {"sessions": sum(s.queue is not None for s in SESSIONS.values())},
}


async def control(request):
    told = await request.json() if request.can_read_body else {}
    try:
        done = CONTROLS[request.match_info["verb"]](told)
        return answer(await done if asyncio.iscoroutine(done) else done)
    except Exception as error:  # noqa: BLE001  (the test is told, whatever it is)
        return answer({"error": f"{type(error).__name__}: {error}"}, 500)


async def main():
    global BASE
    app = web.Application(client_max_size=64 << 20)
    app.router.add_get("/gateway", gateway)
    app.router.add_get("/gateway/", gateway)
    app.router.add_get("/cdn/{path:.*}", cdn)
    app.router.add_route("*", "/api/v10/{path:.*}", rest)
    app.router.add_post("/control/{verb}", control)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    BASE = f"http://127.0.0.1:{port}"
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
