"""Numbers and names of identity cards: is one right, and what a clerk may see of the other."""

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
"""GB 11643: by the weighted sum modulo 11; general knowledge."""


def is_id_number(text: str) -> bool:
    """18 characters, the last one right."""
    digits = text[:17]
    if len(text) != 18 or not (digits.isascii() and digits.isdigit()):
        return False
    total = sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[total % 11] == text[17].upper()


def mask(name: str) -> str:
    """Two characters: the first one; more: first and last. Facts: standards §4, no national rule is known."""
    if len(name) <= 2:
        return name[:1] + "＊" * (len(name) > 0)
    return name[0] + "＊" * (len(name) - 2) + name[-1]
