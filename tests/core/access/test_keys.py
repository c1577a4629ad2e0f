from __future__ import annotations

import hmac
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.access.keys import (
    DecryptionFailed,
    KeyPurpose,
    SigningKey,
    decrypt,
    derive,
    encrypt,
    fingerprint,
    key_from_text,
    key_to_text,
    mac,
    new_workspace_key,
    verify_signature,
)
from crmdesk.core.errors import UserError

KEY = bytes(range(32))


def test_a_workspace_key_has_256_bits_and_is_new_each_time():
    assert len({new_workspace_key() for _ in range(100)}) == 100
    assert len(new_workspace_key()) == 32


def test_each_purpose_has_a_key_of_its_own():
    keys = {derive(KEY, purpose) for purpose in KeyPurpose} | {KEY}

    assert len(keys) == len(KeyPurpose) + 1
    assert {len(key) for key in keys} == {32}


@pytest.mark.parametrize("purpose", list(KeyPurpose))
def test_a_derived_key_is_the_standards_and_never_changes(purpose: KeyPurpose):
    """RFC 5869 spelled out; another value would make every existing workspace unreadable."""
    extracted = hmac.digest(bytes(32), KEY, "sha256")
    expanded = hmac.digest(extracted, f"crmdesk/v1/{purpose.value}\x01".encode(), "sha256")

    assert derive(KEY, purpose) == expanded


def test_a_key_survives_a_store_that_keeps_text_only():
    assert key_from_text(key_to_text(KEY)) == KEY
    assert len(key_to_text(KEY)) == 64


@pytest.mark.parametrize("text", ["", "zz", "00" * 31, "00" * 33, "0" * 63, "schlüssel"])
def test_a_damaged_stored_key_is_refused_without_being_shown(text: str):
    with pytest.raises(UserError) as refusal:
        key_from_text(text)

    assert refusal.value.code == "key_damaged"
    assert not text or text not in refusal.value.message + refusal.value.hint


@given(st.binary(max_size=300), st.binary(max_size=50))
def test_what_was_encrypted_is_read_back(plaintext: bytes, place: bytes):
    assert decrypt(KEY, encrypt(KEY, plaintext, place), place) == plaintext


def test_no_two_envelopes_are_alike():
    assert encrypt(KEY, b"secret", b"") != encrypt(KEY, b"secret", b"")


def test_any_flipped_bit_is_found():
    envelope = encrypt(KEY, b"secret", b"totp/17")
    for position, bit in itertools.product(range(len(envelope)), range(8)):
        changed = bytearray(envelope)
        changed[position] ^= 1 << bit
        with pytest.raises(DecryptionFailed):
            decrypt(KEY, bytes(changed), b"totp/17")


def test_any_cut_envelope_is_found():
    envelope = encrypt(KEY, b"secret", b"totp/17")
    for length in range(len(envelope)):
        with pytest.raises(DecryptionFailed):
            decrypt(KEY, envelope[:length], b"totp/17")


def test_a_value_moved_to_another_place_is_refused():
    with pytest.raises(DecryptionFailed):
        decrypt(KEY, encrypt(KEY, b"secret", b"totp/17"), b"totp/18")


def test_another_key_reads_nothing_and_the_error_tells_neither_key_nor_value():
    with pytest.raises(UserError) as refusal:
        decrypt(bytes(32), encrypt(KEY, b"secret-canary", b""), b"")

    assert refusal.value.code == "decryption_failed"
    assert "canary" not in repr(refusal.value) + refusal.value.hint
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("key", [b"", bytes(16), bytes(31), bytes(33)])
def test_a_key_of_another_length_is_a_mistake_of_the_program(key: bytes):
    for use in (
        lambda: derive(key, KeyPurpose.AUDIT_CHAIN),
        lambda: encrypt(key, b"", b""),
        lambda: mac(key, b""),
        lambda: key_to_text(key),
    ):
        with pytest.raises(ValueError, match="32 bytes"):
            use()


@given(st.lists(st.binary(max_size=6), max_size=4), st.lists(st.binary(max_size=6), max_size=4))
def test_two_lists_of_parts_have_one_mac_only_when_they_are_equal(
    first: list[bytes], second: list[bytes]
):
    assert (mac(KEY, *first) == mac(KEY, *second)) == (first == second)
    assert mac(KEY, *first) == mac(KEY, *first)


def test_parts_are_told_apart_and_a_wrong_mac_is_refused():
    assert mac(KEY, b"ab", b"c") != mac(KEY, b"a", b"bc")
    assert mac(KEY, b"ab", b"c") != mac(KEY, b"a", b"bc")


def test_a_signature_holds_for_its_message_and_key_only():
    key, other = SigningKey.generate(), SigningKey.generate()
    signature = key.sign(b"head 17")

    assert verify_signature(key.public_key, b"head 17", signature)
    assert not verify_signature(key.public_key, b"head 18", signature)
    assert not verify_signature(other.public_key, b"head 17", signature)
    assert not verify_signature(key.public_key, b"head 17", b"short")
    assert not verify_signature(b"not a key", b"head 17", signature)


def test_a_signing_key_is_wrapped_by_its_workspace_key_only():
    key = SigningKey.generate()
    wrapped = key.wrap(KEY)

    assert SigningKey.unwrap(KEY, wrapped).public_key == key.public_key
    with pytest.raises(DecryptionFailed):
        SigningKey.unwrap(bytes(32), wrapped)


def test_a_signing_key_shows_itself_by_its_fingerprint_only():
    key = SigningKey.generate()

    assert key.fingerprint == fingerprint(key.public_key)
    assert repr(key) == f"SigningKey(fingerprint='{key.fingerprint}')"
    groups = key.fingerprint.split("-")
    assert len(groups) == 8
    assert {len(group) for group in groups} == {4}
