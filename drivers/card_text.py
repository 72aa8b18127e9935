"""Text as the bytes of a board's own font; what that font lacks comes as a mark, never as a question mark."""

from collections.abc import Container

UNKNOWN_CHARACTER = bytes.fromhex("A1 FE")
"""GB2312's own sign for a character that is not there."""

ENCODINGS = ("gb2312", "gbk")
"""The fonts that boards come with: GB2312, or GBK where rarer characters were seen to come out right."""


def encode_text(text: str, encoding: str, without: Container[str] = "") -> bytes:
    """Bytes of the board's font; control characters and those of `without` are left out."""
    out = bytearray()
    for character in text:
        if character in without or not character.isprintable():
            continue
        try:
            out += character.encode(encoding)
        except UnicodeEncodeError:
            out += b"*" if encoding == "ascii" else UNKNOWN_CHARACTER
    return bytes(out)


def is_in_font(text: str, encoding: str) -> bool:
    """Has the board's font every character of it?"""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def cut(encoded: bytes, most: int) -> bytes:
    """At most so many bytes of an encoded text, no character cut in half."""
    at = 0
    while at < len(encoded):
        step = 2 if encoded[at] >= 0x81 else 1
        if at + step > most:
            break
        at += step
    return encoded[:at]
