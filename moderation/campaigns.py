"""Near-duplicate comments across pages and sites, found while they come in.

MinHash (Broder, "On the resemblance and containment of documents", 1997) over pairs of neighbouring words: the share of
equal places in two signatures estimates the Jaccard similarity of the two sets of pairs. Signatures are cut into bands;
two comments that share a whole band are candidates (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4) and
are then compared by their full signatures. Signature and bands are stable values: a database can keep them.

A campaign is a signal and a group for the desk, never a verdict.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from zlib import crc32

import numpy as np
import numpy.typing as npt

from moderation.normalise import normalised

SIMILARITY = 0.4  # of the sets of word pairs; below it texts on one subject begin to look alike
MIN_SHARED = 14  # word pairs in common: honest people share an opening and a closing as well
MIN_WORDS = MIN_SHARED + 1  # "Bonjour, merci beaucoup pour cet article !" never makes a campaign
PLACES = 128  # of a signature; the estimate of a similarity of .4 has a standard error of .044
ROWS = 3  # places in a band
BANDS = 20

_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


def _multipliers() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """The constants of the hash family h(x) = a*x + b mod 2**32 with odd a: fixed for ever, stored signatures hang on
    them. Drawn once by SplitMix64 from the seed 2026."""
    state, drawn = 2026, []
    for _ in range(2 * PLACES):
        state = (state + 0x9E3779B97F4A7C15) & (2**64 - 1)
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
        drawn.append((z ^ (z >> 31)) & (2**32 - 1))
    values = np.array(drawn, dtype=np.uint32)
    return values[:PLACES] | np.uint32(1), values[PLACES:]


_A, _B = _multipliers()
_PAIR = np.uint32(0x9E3779B1)  # odd: the order of two words counts
_FOLD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
_BAND = np.arange(1, BANDS + 1, dtype=np.uint64) * np.uint64(0xD6E8FEB86659FD93)


def words(text: str) -> list[str]:
    """The words of a text for comparison: disguises off, lower case, addresses left out."""
    folded = normalised(text).folded
    if "www." in folded or "://" in folded:
        folded = _ADDRESS.sub(" ", folded)
    return _WORD.findall(folded)


def signature(text: str) -> bytes:
    """The MinHash signature of a text; empty if the text is too short and too plain to tell a campaign by.

    4 * (1 + PLACES) bytes, little-endian: the number of different word pairs, then the smallest hashes. A text under
    MIN_WORDS words has a short signature instead: 4 zero bytes, then keys of 8 bytes (see `short_keys`).
    """
    spoken = words(text)
    if len(spoken) < MIN_WORDS:
        keys = short_keys(text, spoken)
        return b"\0\0\0\0" + b"".join(keys) if keys else b""
    hashes = np.array([crc32(word.encode()) for word in spoken], dtype=np.uint32)
    pairs = hashes[:-1] * _PAIR ^ hashes[1:]
    different = len(set(pairs.tolist()))  # np.unique sorts, for ten times the price at this size
    return different.to_bytes(4, "little") + _minima(pairs).astype("<u4").tobytes()


_CONTACT = re.compile(r"[\w.+-]{2,40}@[a-z0-9-]{2,40}(?:\.[a-z]{2,10})+|(?<![\w.])\+?\d(?:[\s().-]{0,2}\d){7,14}(?!\w)")
_HOST = re.compile(r"(?:https?://|www\.)([^\s/?#<>\"']+)")
_FIGURE = re.compile(r"\d")
_TELLING_WORDS = 9  # so many words in the same order are nobody's chance


def short_keys(text: str, spoken: list[str]) -> tuple[bytes, ...]:
    """What two short copies share, as keys of 8 bytes in rising order: the whole text, and each contact in it.

    The whole text is its words without figures, so that "300 a day" and "500 a day" are one; it counts if it offers
    something (an address, a contact, a figure) in three words or more, or has _TELLING_WORDS words: readers share
    "merci pour cet article". A link alone counts by its host.
    """
    folded = normalised(text).folded
    contacts = {"".join(filter(str.isalnum, found.group())) for found in _CONTACT.finditer(folded)}
    hosts = sorted({host.removeprefix("www.") for host in _HOST.findall(folded)})
    plain = [word for word in spoken if not word.isdigit()]
    keys = {f"contact {contact}" for contact in contacts}
    offers = bool(contacts or hosts) or _FIGURE.search(" ".join(spoken)) is not None
    if (offers and len(plain) >= 3) or len(plain) >= _TELLING_WORDS:
        keys.add("text " + " ".join(_FIGURE.sub("", word) for word in plain))
    elif hosts:
        keys.add(f"text {' '.join(plain)} {' '.join(hosts)}")
    return tuple(
        sorted(blake2b(key.encode("utf-8", "replace"), digest_size=8, person=b"tamis-short").digest() for key in keys)
    )


def is_short(signature: bytes) -> bool:
    """Whether this is the signature of a short text: keys to compare whole."""
    return signature[:4] == b"\0\0\0\0"


def _keys(signature: bytes) -> frozenset[bytes]:
    return frozenset(signature[at : at + 8] for at in range(4, len(signature), 8))


def _minima(hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    spread = hashes[:, None] * _A + _B
    spread ^= spread >> np.uint32(15)  # a product alone orders neighbours alike: false pairs grow by a third
    return np.asarray(spread.min(axis=0), dtype=np.uint32)


def bands(signature: bytes) -> tuple[int, ...]:
    """BANDS keys from 0 to 2**63 - 1; two texts are candidates if they share one. None for an empty signature.

    Keys of different bands differ, so that one column of integers in a table can hold them all.
    """
    if not signature:
        return ()
    if is_short(signature):
        return tuple(int.from_bytes(key, "little") >> 1 for key in sorted(_keys(signature)))
    places = np.frombuffer(signature, dtype="<u4", offset=4, count=BANDS * ROWS).reshape(BANDS, ROWS)
    keys = (places.astype(np.uint64) * _FOLD).sum(axis=1, dtype=np.uint64) + _BAND
    keys ^= keys >> np.uint64(29)
    keys *= np.uint64(0xBF58476D1CE4E5B9)
    return tuple((keys >> np.uint64(1)).tolist())


def similarity(left: bytes, right: bytes) -> float:
    """The estimated Jaccard similarity, 0 to 1, of the word pairs of two texts; 0 if either signature is empty.

    Short texts are alike (1) if they share a key, else not at all.
    """
    if not left or not right:
        return 0.0
    if is_short(left) or is_short(right):
        return float(is_short(left) and is_short(right) and not _keys(left).isdisjoint(_keys(right)))
    one, other = np.frombuffer(left, dtype="<u4", offset=4), np.frombuffer(right, dtype="<u4", offset=4)
    return float(np.mean(one == other))


def alike(left: bytes, right: bytes, threshold: float = SIMILARITY) -> bool:
    """Whether two texts are near-duplicates: similar enough, and with enough word pairs in common."""
    share = similarity(left, right)
    if is_short(left) or is_short(right):
        return share == 1.0
    pairs = int.from_bytes(left[:4], "little") + int.from_bytes(right[:4], "little")
    return share >= threshold and share / (1.0 + share) * pairs >= MIN_SHARED
