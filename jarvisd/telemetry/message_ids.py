"""The events that have an id in the journal, so that ``journalctl -x`` can explain them.

The texts are in ``systemd/jarvisd.catalog``; a test compares the two. An id is never changed and
never used again.
"""

from collections.abc import Mapping
from types import MappingProxyType

MESSAGE_IDS: Mapping[str, str] = MappingProxyType(
    {
        "api.cut": "40f8c5375cd44387a5d87076fcc34e3d",
        "config.refused": "7028f5c403bc48ee92af3cf452d67e6c",
        "config.reloaded": "f4ee00dd3c044781908b500d624ac431",
        "daemon.failed": "d3898956b3f043038c5be04c787ea8dd",
        "daemon.forced": "7bc11fb5a73543748a7a9b10a38c0029",
        "daemon.ready": "6fafdc4e69f04a67a7bc4bfeb2b590c2",
        "daemon.stopping": "30b4f552022841bd9376ff1f6ee0f805",
        "engine.failed": "50ada9e1ac414df0ab52c113d9ffa7fc",
        "notify.unreachable": "67d2582a4ffe4aadae684b5c872eb1cd",
        "reply.bug": "cd9976f7334c43c1819dfea9aa813893",
        "reply.failed": "ee5e5ceca067457c8cd105604abb5508",
        "request.crashed": "9c183ac62d3441dda95760f512494dc9",
        "resource.failed": "b7e334873aa343a1a81bbff121185fec",
        "speech.no_voice": "4495cf1f30434c35be8151ba9316894c",
        "store.corrupt": "93a046c35035435196890cbd5d644e05",
        "store.dropped": "a4ebb7efc08b42d593e89b6f4bf74b60",
        "store.failing": "32907a929d9f405b905a5f89e5390375",
        "store.hung": "0ab69bc233424224a53534b383efcd73",
        "store.memory_only": "6574d3e8e7794de093b8299efa823aed",
        "store.recovered": "0644bbcd834a45c78425a8c31a0f50ca",
        "store.refused": "54612e82befa411c86908bb20d3dbf34",
        "store.unsaved": "36b6ebb390e94053a0e405e011254b2d",
        "watchdog.stuck": "83698c35115c44f58517131b7a5dc59d",
        "worker.died": "3b127abe0f84430da40af8e34accc318",
        "worker.recycled": "993e6132a40349d8a01e227405e118a4",
    }
)
