"""Encryption at rest and sealed texts for pages, under `SECRET_KEY`'s rotating keys."""

import base64
import hashlib
import time

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class UndecryptableError(Exception):
    """None of the keys in `SECRET_KEY` opens this."""


class Vault:
    """Encrypts with the first key, decrypts with each."""

    def __init__(self, secret_keys: tuple[str, ...]) -> None:
        self.secret_keys = secret_keys
        self._fernet = MultiFernet([Fernet(_derive(key)) for key in secret_keys])

    def encrypt(self, text: str) -> bytes:
        """Give `text` as it may lie in the database."""
        return self._fernet.encrypt(text.encode())

    def decrypt(self, encrypted: bytes) -> str:
        """Give what `encrypt` was given; raises `UndecryptableError`."""
        try:
            return self._fernet.decrypt(encrypted).decode()
        except InvalidToken:
            raise UndecryptableError from None

    def seal(self, text: str, purpose: str) -> str:
        """Give `text` in a form that a page or an address may carry, unreadable and unalterable."""
        return self._fernet.encrypt(f"{purpose}:{text}".encode()).decode()

    def unseal(self, sealed: str, purpose: str, max_age_seconds: int) -> str:
        """Give what was sealed for this purpose.

        Raises `UndecryptableError` where it is forged, too old, or was sealed for another one.
        """
        try:
            token = sealed.encode("ascii")
            made_at = self._fernet.extract_timestamp(token)
            if time.time() - made_at > max_age_seconds:
                raise UndecryptableError
            found, _, text = self._fernet.decrypt(token).decode().partition(":")
        except (InvalidToken, UnicodeEncodeError):
            raise UndecryptableError from None
        if found != purpose:
            raise UndecryptableError
        return text


def fingerprint(*texts: str | None) -> str:
    """A hash that tells whether secrets changed, without keeping them."""
    joined = "\x00".join(text or "" for text in texts)
    return hashlib.sha256(joined.encode()).hexdigest()


def hide(secret: str) -> str:
    """Hash a random secret, which nobody can guess: who reads the database cannot use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _derive(secret_key: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"studio-embed at rest")
    return base64.urlsafe_b64encode(derived.derive(secret_key.encode()))
