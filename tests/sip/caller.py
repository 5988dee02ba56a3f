#!/usr/bin/env python3
"""A telephone that does as it is told. One command a line on standard input, as JSON; one answer a line on standard output.

  caller.py --from +390551234567 --call sip:+18005550100@127.0.0.1:5060 --folder DIR
  caller.py --from +390551234567 --answer [take|busy|ring] --folder DIR

The first line out is {"sip": "sip:…"}. Then, as long as commands come:

  {"wait_call": 20}                     until the call is answered, or refused, for at most so many seconds
  {"wait_silence": 1.0, "within": 30}   until something was said since the last command and then nothing for so long
  {"hear": "text", "language": "en-US", "within": 20, "least": 0.7}   until the text was heard since the last `hear`
  {"count": "text", "language": "en-US", "least": 0.7}                how often the text was heard in the call
  {"keys": "1#"}                        as telephone-events
  {"say": "text", "language": "en-US"}  or {"play": "path of a wav"}
  {"sleep": 0.5}
  {"hang_up": true}
  {"wait_end": 20}                      until the other side hangs up
  {"state": true}

Each answer has `ok`, and `state`, `status` (SIP), `voice` (seconds of voice heard), `heard` (the recording's path).
The end of the input hangs up.
"""

import argparse
import asyncio
import json
import sys
import time

import voice
from telephony import Line, first

VERBS = ("wait_call", "wait_silence", "hear", "count", "keys", "say", "play", "sleep", "hang_up", "wait_end", "state")


class Phone:
    def __init__(self, told):
        self.told = told
        self.leg = None
        self.arrived = asyncio.Event()
        # Samples up to which `hear` has looked, and those at the last command that made the other side speak.
        self.looked = 0
        self.mark = 0

    async def start(self):
        self.line = Line(self.told.own, self.told.folder, self.ring if self.told.answer else None)
        self.wheels = asyncio.ensure_future(self.line.serve())
        say({"sip": f"sip:{self.told.own}@127.0.0.1:{self.line.port}"})
        if self.told.call:
            self.leg = self.line.call(self.told.call)
            self.arrived.set()

    def ring(self, leg):
        if self.leg is not None and not self.leg.over.is_set():
            leg.refuse(486)
            return
        self.leg, self.looked, self.mark = leg, 0, 0
        if self.told.answer == "busy":
            leg.refuse(486)
        else:
            leg.ring()
            if self.told.answer == "take":
                leg.take()
        self.arrived.set()

    async def obey(self, told):
        """Does one command; what it has to report."""
        verb = next((name for name in told if name in VERBS), None)
        if verb is None:
            return {"ok": False, "error": f"unknown: {sorted(told)}"}
        worth = told[verb]
        within = float(told.get("within", 30))
        if verb == "wait_call":
            until = time.monotonic() + worth
            if await first([self.arrived.wait()], worth) is None:
                return {"ok": False, "error": "nobody calls"}
            if self.told.answer:
                # The next one is another call.
                self.arrived.clear()
            left = max(0.1, until - time.monotonic())
            await first([self.leg.answered.wait(), self.leg.over.wait()], left)
            return {"ok": self.leg.live and await self.leg.ready()}
        if verb == "sleep":
            await asyncio.sleep(worth)
            return {"ok": True}
        if self.leg is None:
            return {"ok": verb == "state", "error": "there is no call"}
        if verb == "state":
            return {"ok": True}
        if verb == "wait_silence":
            return {"ok": await self.quiet(worth, within)}
        if verb == "hear":
            return await self.hear(worth, told["language"], within, told.get("least", 0.7))
        if verb == "count":
            found = self.find(worth, told["language"], told.get("least", 0.7))
            return {"ok": True, "count": len(found), "found": found}
        if verb == "keys":
            self.mark = len(self.leg.heard())
            await self.leg.press(worth)
            return {"ok": True}
        if verb in ("say", "play"):
            path = worth if verb == "play" else voice.synthesise(worth, told["language"])
            await self.leg.play(path)
            self.mark = len(self.leg.heard())
            return {"ok": self.leg.live}
        if verb == "hang_up":
            self.leg.end()
            return {"ok": await first([self.leg.over.wait()], 10) == 0}
        return {"ok": await first([self.leg.over.wait()], worth) == 0}

    async def quiet(self, silence, within):
        until = time.monotonic() + within
        while time.monotonic() < until and self.leg.live:
            frames = voice.loud(self.leg.heard()[self.mark :])
            spoken = frames.nonzero()[0]
            if len(spoken) and len(frames) - 1 - spoken[-1] >= silence * 50:
                return True
            await asyncio.sleep(0.1)
        return False

    async def hear(self, text, language, within, least):
        template = voice.trimmed(voice.read(voice.synthesise(text, language)))
        until = time.monotonic() + within
        best, scanned = 0.0, self.looked
        while True:
            alive = self.leg.live
            sound = self.leg.heard()[scanned:]
            told = voice.scores(sound, template)
            best = max(best, float(told.max()) if len(told) else 0.0)
            if best >= least:
                self.looked = scanned + int(told.argmax()) * voice.HOP + len(template)
                return {"ok": True, "score": round(best, 3)}
            if not alive or time.monotonic() > until:
                return {"ok": False, "error": "not heard", "score": round(best, 3)}
            # What began lately may go on.
            scanned += max(0, (len(sound) - len(template)) // voice.HOP - 10) * voice.HOP
            await asyncio.sleep(0.2)

    def find(self, text, language, least):
        found = voice.find(self.leg.heard(), voice.read(voice.synthesise(text, language)), least)
        return [{"at": round(at, 2), "score": round(score, 3)} for at, score in found]

    def state(self):
        leg = self.leg
        if leg is None:
            return {"state": "idle"}
        name = "over" if leg.over.is_set() else "connected" if leg.answered.is_set() else "calling"
        return {
            "state": name,
            "status": leg.status,
            "voice": round(voice.seconds_of_voice(leg.heard()), 2),
            "heard": leg.sound,
        }


def say(told):
    print(json.dumps(told), flush=True)


async def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--from", dest="own", required=True)
    reader.add_argument("--call")
    reader.add_argument("--answer", choices=["take", "busy", "ring"])
    reader.add_argument("--folder", required=True)
    phone = Phone(reader.parse_args())
    await phone.start()
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async for line in lines:
        if not line.strip():
            continue
        try:
            answer = await phone.obey(json.loads(line))
        except Exception as error:  # a command that fails is told, and the next is heard
            answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
        say({**answer, **phone.state()})
    if phone.leg is not None:
        phone.leg.end()
        await first([phone.leg.over.wait()], 3)


if __name__ == "__main__":
    asyncio.run(main())
