"""SIP and RTP on loopback with PJSIP, in one asyncio loop; no sound device.

`Line` is a telephone's socket; `Leg` is one call on it. What a leg hears is recorded to a wav file from its first packet on.
"""

import asyncio
import os
import time

import pjsua2 as pj

import voice

SETUP = 15.0


class Line(pj.Account):
    """A SIP socket on 127.0.0.1. `ring(leg)` is called for each call that comes in."""

    def __init__(self, user, folder, ring=None):
        super().__init__()
        self.loop = asyncio.get_running_loop()
        self.folder, self.ring, self.legs, self.players = folder, ring, [], 0
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = 16
        # SIP_LOG=4 shows each message on standard output, which is then no longer ours: for a look by hand.
        level = int(os.environ.get("SIP_LOG", "0"))
        config.logConfig.level = config.logConfig.consoleLevel = level
        config.medConfig.clockRate = config.medConfig.sndClockRate = voice.RATE
        config.medConfig.noVad = True
        config.medConfig.ecTailLen = 0
        config.medConfig.threadCnt = 1
        self.end = pj.Endpoint()
        # Before there are settings, all is logged on standard output, which is ours.
        with quiet():
            self.end.libCreate()
        self.end.libInit(config)
        transport = pj.TransportConfig()
        transport.boundAddress = transport.publicAddress = "127.0.0.1"
        number = self.end.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self.port = int(self.end.transportGetInfo(number).localName.rsplit(":", 1)[1])
        self.end.libStart()
        self.end.audDevManager().setNullDev()
        for codec in self.end.codecEnum2():
            self.end.codecSetPriority(codec.codecId, 255 if codec.codecId.startswith("PCMU") else 0)
        account = pj.AccountConfig()
        account.idUri = f"sip:{user}@127.0.0.1:{self.port}"
        account.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
        account.mediaConfig.transportConfig.publicAddress = "127.0.0.1"
        account.mediaConfig.transportConfig.port = 0
        self.create(account)

    async def serve(self):
        """Turns the wheels of PJSIP; runs for as long as the line does."""
        while True:
            self.end.libHandleEvents(0)
            await asyncio.sleep(0.01)

    def onIncomingCall(self, told):
        leg = Leg(self, told.callId)
        self.legs.append(leg)
        if self.ring:
            self.loop.call_soon(self.ring, leg)
        else:
            leg.refuse(480)

    def call(self, uri, caller=None):
        """A call to `uri`, in the name of `caller` if given."""
        leg = Leg(self)
        self.legs.append(leg)
        told = pj.CallOpParam(True)
        told.opt.audioCount, told.opt.videoCount = 1, 0
        if caller:
            told.txOption.localUri = f"<sip:{caller}@127.0.0.1:{self.port}>"
        leg.makeCall(uri, told)
        return leg

    def close(self):
        self.end.hangupAllCalls()
        self.end.libHandleEvents(50)


class Leg(pj.Call):
    """One call. `answered` and `over` are events; `keys` a queue of (key, how it came)."""

    count = 0

    def __init__(self, line, number=pj.PJSUA_INVALID_ID):
        super().__init__(line, number)
        Leg.count += 1
        self.line, self.loop = line, line.loop
        self.answered, self.over, self.media = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.ringing = asyncio.Event()
        self.on_key = lambda key, way: None
        self.status, self.reason, self.began, self.ended = 0, "", None, None
        self.sound = os.path.join(line.folder, f"heard-{os.getpid()}-{Leg.count}.wav")
        self.recorder, self.audio, self.playing, self.bridged = None, None, None, None
        self.peer = ("", "")
        if number != pj.PJSUA_INVALID_ID:
            info = self.getInfo()
            self.peer = (user(info.remoteUri), user(info.localUri))

    # What PJSIP tells, in the loop's own thread.

    def onCallState(self, told):
        info = self.getInfo()
        self.status, self.reason = info.lastStatusCode, info.lastReason
        if info.state == pj.PJSIP_INV_STATE_EARLY:
            self.ringing.set()
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.began = time.time()
            self.answered.set()
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.ended = time.time()
            self.recorder = self.playing = self.bridged = None
            self.over.set()

    def onCallMediaState(self, told):
        # What is in it goes with it.
        info = self.getInfo()
        media = next((held for held in info.media if held.type == pj.PJMEDIA_TYPE_AUDIO), None)
        if media is None or media.status != pj.PJSUA_CALL_MEDIA_ACTIVE or self.recorder:
            return
        self.audio = self.getAudioMedia(-1)
        self.recorder = pj.AudioMediaRecorder()
        self.recorder.createRecorder(self.sound)
        self.audio.startTransmit(self.recorder)
        self.media.set()

    def onDtmfDigit(self, told):
        way = "telephone-event" if told.method == pj.PJSUA_DTMF_METHOD_RFC2833 else "other"
        self.loop.call_soon_threadsafe(self.on_key, told.digit, way)

    # What we do.

    def _answer(self, code):
        told = pj.CallOpParam(True)
        told.opt.audioCount, told.opt.videoCount = 1, 0
        told.statusCode = code
        self.answer(told)

    def ring(self):
        self._answer(180)

    def take(self):
        self._answer(200)

    def refuse(self, code):
        self._answer(code)

    def end(self, code=0):
        """Hangs up, if it is not over."""
        if self.over.is_set():
            return
        told = pj.CallOpParam()
        told.statusCode = code
        try:
            self.hangup(told)
        except pj.Error:
            pass

    @property
    def live(self):
        return self.answered.is_set() and not self.over.is_set()

    def heard(self):
        """All samples until now."""
        return voice.recorded(self.sound)

    async def ready(self):
        """Waits until there is sound both ways; whether there is."""
        both = asyncio.gather(self.media.wait(), self.answered.wait())
        return await first([both, self.over.wait()], SETUP) == 0 and self.live

    async def play(self, path):
        """Plays a wav file of the line to its end, or until the call is over or this is cancelled."""
        if not self.live:
            return
        samples = voice.read(path)
        done = asyncio.Event()
        player = _Player(self.loop, done)
        player.createPlayer(path, pj.PJMEDIA_FILE_NO_LOOP)
        self.playing = player
        player.startTransmit(self.audio)
        try:
            # The end is told by the player; the time is for one that was lost.
            await first([done.wait(), self.over.wait()], len(samples) / voice.RATE * 2 + 5)
        finally:
            if self.live:
                try:
                    player.stopTransmit(self.audio)
                except pj.Error:
                    pass
            self.playing = None
            # It may be told of its end once more; it goes a little later.
            self.loop.call_later(2, lambda held: None, player)

    def join(self, other):
        """Both hear each other."""
        self.audio.startTransmit(other.audio)
        other.audio.startTransmit(self.audio)
        self.bridged, other.bridged = other, self

    def part(self):
        other, self.bridged = self.bridged, None
        if other is None:
            return
        other.bridged = None
        for one, two in ((self, other), (other, self)):
            if one.live and two.live:
                try:
                    one.audio.stopTransmit(two.audio)
                except pj.Error:
                    pass

    async def press(self, keys):
        """Sends keys as telephone-events (RFC 4733), as a hand does. Where the other side has none, it is an error."""
        for key in keys:
            told = pj.CallSendDtmfParam()
            told.method = pj.PJSUA_DTMF_METHOD_RFC2833
            told.duration = 120
            told.digits = key
            self.sendDtmf(told)
            await asyncio.sleep(0.32)


class _Player(pj.AudioMediaPlayer):
    def __init__(self, loop, done):
        super().__init__()
        self.loop, self.done = loop, done

    def onEof2(self):
        self.loop.call_soon_threadsafe(self.done.set)


async def first(waits, seconds):
    """The number of the first of `waits` that is done, or None after `seconds`. The others are given up."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return next((at for at, task in enumerate(tasks) if task.done()), None)
    finally:
        for task in tasks:
            task.cancel()


def user(uri):
    """`+39` of `"Ada" <sip:+39@host>`."""
    bare = uri.rsplit("<", 1)[-1].split(">")[0].split(":", 1)[-1]
    return bare.split("@")[0]


class quiet:
    """Standard output goes nowhere, of libraries too."""

    def __enter__(self):
        self.kept = os.dup(1)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)

    def __exit__(self, *_):
        os.dup2(self.kept, 1)
        os.close(self.kept)
