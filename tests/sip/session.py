"""One call that follows TwiML."""

import asyncio
import secrets
import time
from urllib.parse import urljoin

import numpy as np

import twiml
import voice
from telephony import first

# Twilio's defaults, in seconds.
AUTO_SILENCE = 1.0
FETCH = 15.0
# The least likeness at which a phrase is taken for what was said.
LIKE = 0.72


class HungUp(Exception):
    """The document said so."""


class Session:
    def __init__(self, gateway, leg, direction, own, other, parent=None):
        self.gateway, self.leg, self.direction, self.parent = gateway, leg, direction, parent
        self.sid = "CA" + secrets.token_hex(16)
        self.called_from, self.called = own, other
        self.state = "ringing"
        self.keys, self.pressed = [], asyncio.Event()
        self.url, self.status_url, self.status_events = None, None, ["completed"]
        self.more = {}
        self.redirected, self.begun = None, False
        leg.on_key = self.key
        gateway.sessions[self.sid] = self

    def log(self, what, **more):
        self.gateway.log(what, call=self.sid, **more)

    def key(self, key, way):
        self.log("key", key=key, way=way)
        self.keys.append(key)
        self.pressed.set()

    def fields(self, more=None):
        told = {
            "CallSid": self.sid,
            "AccountSid": self.gateway.told.account,
            "ApiVersion": "2010-04-01",
            "From": self.called_from,
            "Caller": self.called_from,
            "To": self.called,
            "Called": self.called,
            "CallStatus": self.state,
            "Direction": self.direction,
        }
        if self.parent:
            told["ParentCallSid"] = self.parent.sid
        return {**told, **self.more, **(more or {})}

    async def answer(self):
        """Picks up, where that was not done yet."""
        if not self.leg.answered.is_set() and not self.leg.over.is_set():
            self.leg.take()
        if not await self.leg.ready():
            await self.leg.over.wait()
            raise HungUp
        self.state = "in-progress"
        if not self.begun:
            # The way of the sound takes a moment to open.
            self.begun = True
            await asyncio.sleep(0.3)

    async def run(self, url, method="POST", more=None):
        """Follows documents from `url` on until one runs out or hangs up, or the call is over. Whether it ran out."""
        try:
            following = asyncio.ensure_future(self.follow(url, method, more))
            while True:
                over = asyncio.ensure_future(self.leg.over.wait())
                turned = asyncio.ensure_future(self.turned())
                await asyncio.wait([following, over, turned], return_when=asyncio.FIRST_COMPLETED)
                again = turned.done()
                for task in (over, turned):
                    task.cancel()
                if not again:
                    break
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
                url, method = self.redirected
                self.redirected = None
                following = asyncio.ensure_future(self.follow(url, method, None))
            if not following.done():
                # A recording that the hang-up ended is still handed in.
                await asyncio.wait([following], timeout=0.5)
                following.cancel()
            await following
            return True
        except (HungUp, asyncio.CancelledError):
            return False
        except twiml.Wrong as wrong:
            self.log("error", error=str(wrong), url=self.url)
            return False

    async def turned(self):
        while self.redirected is None:
            await asyncio.sleep(0.05)

    async def follow(self, url, method, more):
        while url:
            self.url = url
            document = await self.gateway.fetch(self, url, method, self.fields(more))
            if document is None:
                raise HungUp
            url, method, more = await self.obey(twiml.read(document))

    async def obey(self, verbs):
        """Does what stands in a document. Where it goes on: an address, a method and more fields; None where it ran out."""
        for verb in verbs:
            self.log("verb", verb=verb.name, **verb.has)
            if verb.name == "Redirect":
                return self.at(verb.text), verb.has.get("method", "POST"), None
            if verb.name == "Hangup":
                raise HungUp
            if not (verb.name == "Dial" and verb.flag("answerOnBridge", "false")):
                await self.answer()
            if verb.name in ("Say", "Play", "Pause"):
                await self.utter(verb)
                continue
            more = await {"Gather": self.gather, "Record": self.record, "Dial": self.dial}[verb.name](verb)
            if more is not None:
                return self.at(verb.has.get("action", self.url)), verb.has.get("method", "POST"), more
        return None, None, None

    def at(self, url):
        """An address as it is seen from the document."""
        return urljoin(self.url, url)

    async def utter(self, verb):
        if verb.name == "Pause":
            await asyncio.sleep(verb.number("length", 1))
            return
        for _ in range(verb.number("loop", 1)):
            if verb.name == "Say":
                language = verb.has.get("language", "en-US")
                path = await asyncio.to_thread(voice.synthesise, verb.text, language)
                self.log("say", text=verb.text, language=language)
            else:
                path = await self.gateway.sound(self, self.at(verb.text))
                self.log("play", url=verb.text)
            await self.leg.play(path)

    async def gather(self, verb):
        """What was keyed or said, as fields; None where nothing was and the document goes on."""
        kinds = verb.has.get("input", "dtmf").split()
        timeout, count = verb.number("timeout", 5), verb.number("numDigits", 0)
        end, barge = verb.has.get("finishOnKey", "#"), verb.flag("bargeIn", "true")
        silence = verb.has.get("speechTimeout", str(timeout))
        silence = AUTO_SILENCE if silence == "auto" else float(silence)
        digits, finished = "", ""
        began = len(self.leg.heard())
        prompt = asyncio.ensure_future(self.prompt(verb.children))
        quiet_since = time.monotonic()
        try:
            while True:
                while self.keys and "dtmf" in kinds and (barge or prompt.done()):
                    prompt.cancel()
                    key = self.keys.pop(0)
                    quiet_since = time.monotonic()
                    if key == end:
                        finished = key
                        break
                    digits += key
                    if len(digits) == count:
                        break
                if finished or count and len(digits) == count:
                    break
                if "speech" in kinds and not digits and (barge or prompt.done()):
                    sound = self.leg.heard()[began:]
                    state = spoken(sound, silence)
                    if state is not None:
                        prompt.cancel()
                        quiet_since = time.monotonic()
                    if state:
                        known = [hint.strip() for hint in verb.has.get("hints", "").split(",") if hint.strip()]
                        language = verb.has.get("language", "en-US")
                        text, like = await asyncio.to_thread(self.recognise, sound, language, known)
                        self.log("speech", text=text, like=round(like, 3), language=language)
                        if text:
                            return {"SpeechResult": text, "Confidence": f"{min(like, 1.0):.4f}", "Language": language}
                        began = len(self.leg.heard())
                if not prompt.done():
                    quiet_since = time.monotonic()
                elif time.monotonic() - quiet_since > timeout:
                    break
                self.pressed.clear()
                await first([self.pressed.wait()], 0.1)
        finally:
            prompt.cancel()
            await asyncio.gather(prompt, return_exceptions=True)
        self.log("gathered", digits=digits, finished=finished)
        if digits or verb.flag("actionOnEmptyResult", "false"):
            return {"Digits": digits, "FinishedOnKey": finished}
        return None

    async def prompt(self, verbs):
        for verb in verbs:
            await self.utter(verb)

    def recognise(self, sound, language, known):
        """Which of the known phrases it was, and how alike the two are: from 0 to 1."""
        told = [text for tongue, text in self.gateway.phrases if language.startswith(tongue)]
        said, best = voice.trimmed(sound), ("", 0.0)
        for text in dict.fromkeys(told + known):
            template = voice.trimmed(voice.read(voice.synthesise(text, language)))
            # As long as each other, within a third.
            if not len(template) or not 0.75 < len(said) / len(template) < 1.33:
                continue
            pad = np.zeros(voice.RATE // 2, np.int16)
            like = voice.scores(np.concatenate([pad, said, pad]), template)
            like = float(like.max()) if len(like) else 0.0
            best = max(best, (text, like), key=lambda held: held[1])
        return best if best[1] >= LIKE else ("", best[1])

    async def record(self, verb):
        timeout, longest = verb.number("timeout", 5), verb.number("maxLength", 3600)
        ends = verb.has.get("finishOnKey", "1234567890*#")
        self.keys.clear()
        if verb.flag("playBeep", "true"):
            await self.leg.play(voice.beep())
        began, start, digits = len(self.leg.heard()), time.monotonic(), ""
        while not self.leg.over.is_set():
            pressed = next((key for key in self.keys if key in ends), "")
            self.keys.clear()
            if pressed:
                digits = pressed
                break
            loud = voice.loud(self.leg.heard()[began:])
            last = np.flatnonzero(loud)
            still = (len(loud) - 1 - last[-1]) / 50 if len(last) else time.monotonic() - start
            if still > timeout or time.monotonic() - start > longest:
                break
            await first([self.leg.over.wait()], 0.1)
        sound = self.leg.heard()[began:][: longest * voice.RATE]
        if verb.has.get("trim", "trim-silence") == "trim-silence":
            sound = voice.trimmed(sound)
        if voice.seconds_of_voice(sound) < 0.1:
            self.log("recorded", seconds=0)
            return None
        sid = "RE" + secrets.token_hex(16)
        seconds = str(max(1, round(len(sound) / voice.RATE)))
        url = self.gateway.keep(sid, sound)
        self.log("recorded", seconds=int(seconds), recording=sid)
        told = {"RecordingSid": sid, "RecordingUrl": url, "RecordingDuration": seconds}
        if verb.has.get("recordingStatusCallback"):
            more = {**told, "RecordingStatus": "completed", "RecordingChannels": "1", "RecordingSource": "RecordVerb"}
            callback = self.at(verb.has["recordingStatusCallback"])
            method = verb.has.get("recordingStatusCallbackMethod", "POST")
            asyncio.ensure_future(self.gateway.fetch(self, callback, method, self.fields(more), document=False))
        over = self.leg.over.is_set()
        if over:
            self.state = "completed"
        more = {**told, "Digits": "hangup" if over else digits}
        if over:
            # The call is gone: the action hears of the recording, and what it answers is done by nobody.
            action, method = self.at(verb.has.get("action", self.url)), verb.has.get("method", "POST")
            await self.gateway.fetch(self, action, method, self.fields(more))
            raise HungUp
        return more

    async def dial(self, verb):
        """Calls somebody and joins the two. What the action is told; None without an action."""
        children = verb.children or [twiml.Verb("Number", {}, verb.text)]
        caller = verb.has.get("callerId", self.called_from)
        dialled = [Dialled(self, child, caller) for child in children]
        limit = verb.number("timeout", 30)
        tone = None
        if not verb.flag("answerOnBridge", "false"):
            tone = asyncio.ensure_future(self.ring_back())
        try:
            chosen = await self.reach(dialled, limit)
            if tone:
                tone.cancel()
                await asyncio.gather(tone, return_exceptions=True)
            if chosen is not None:
                await self.answer()
                await self.talk(chosen, verb)
        finally:
            if tone:
                tone.cancel()
            for one in dialled:
                one.leave()
        last = chosen or dialled[0]
        told = {"DialCallStatus": last.outcome, "DialCallSid": last.session.sid if last.session else ""}
        told["DialBridged"] = "true" if chosen is not None else "false"
        if chosen is not None:
            told["DialCallDuration"] = str(round(chosen.seconds()))
        self.log("dialled", **told)
        return told if "action" in verb.has else None

    async def ring_back(self):
        while True:
            await self.leg.play(voice.beep())
            await asyncio.sleep(3)

    async def reach(self, dialled, limit):
        """The first that answers and takes the call; None if nobody does."""
        tasks = {asyncio.ensure_future(one.reach(limit)): one for one in dialled}
        waiting, chosen = set(tasks), None
        try:
            while waiting and chosen is None:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                chosen = next((tasks[task] for task in done if task.result()), None)
        finally:
            for task in waiting:
                task.cancel()
        return chosen

    async def talk(self, other, verb):
        self.leg.join(other.leg)
        self.log("bridged", to=other.session.sid)
        self.keys.clear()
        limit = verb.number("timeLimit", 14400)
        star = [self.starred()] if verb.flag("hangupOnStar", "false") else []
        try:
            await first([other.leg.over.wait(), self.leg.over.wait(), *star], limit)
        finally:
            self.leg.part()
            other.outcome = "completed"

    async def starred(self):
        while "*" not in self.keys:
            self.pressed.clear()
            await self.pressed.wait()
        self.keys.clear()


class Dialled:
    """Somebody who is called by a Dial."""

    def __init__(self, parent, verb, caller):
        self.parent, self.verb, self.caller = parent, verb, caller
        self.outcome, self.session, self.leg = "failed", None, None

    async def reach(self, limit):
        gateway = self.parent.gateway
        called = f"client:{self.verb.text}" if self.verb.name == "Client" else self.verb.text
        uri = gateway.route(called)
        if uri is None:
            self.parent.log("error", error=f"no route to {called}")
            return False
        self.leg = gateway.line.call(uri, self.caller)
        self.session = Session(gateway, self.leg, "outbound-dial", self.caller, called, self.parent)
        told = self.verb.has
        if told.get("statusCallback"):
            self.session.status_url = self.parent.at(told["statusCallback"])
            self.session.status_events = told.get("statusCallbackEvent", "completed").split()
        asyncio.ensure_future(gateway.watch(self.session))
        self.session.log("dial", to=uri)
        done = await first([self.leg.answered.wait(), self.leg.over.wait()], limit)
        if done != 0:
            if done is None:
                self.session.state = "no-answer"
                self.leg.end()
            self.outcome = outcome(self.leg, done is None)
            return False
        self.session.state = "in-progress"
        if not await self.leg.ready():
            return False
        if told.get("url"):
            url = self.parent.at(told["url"])
            if not await self.session.run(url, told.get("method", "POST")):
                self.outcome = "no-answer"
                self.leg.end()
                return False
        return self.leg.live

    def seconds(self):
        return (self.leg.ended or time.time()) - (self.leg.began or time.time())

    def leave(self):
        if self.leg is not None:
            self.leg.end()


def outcome(leg, late=False):
    """What became of a call that was not answered."""
    if late or leg.status in (408, 480, 487):
        return "no-answer"
    return "busy" if leg.status in (486, 600, 603) else "failed"


def spoken(sound, silence):
    """None where nobody spoke, True where somebody did and ended, False in between."""
    loud = voice.loud(sound)
    if loud.sum() < 8:
        return None
    last = np.flatnonzero(loud)[-1]
    return bool(len(loud) - 1 - last >= silence * 50)
