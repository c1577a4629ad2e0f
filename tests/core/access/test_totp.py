from __future__ import annotations

import base64
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.access.qr_code import qr_png
from crmdesk.core.access.totp import (
    Algorithm,
    clock_drift_hint,
    code_at_step,
    match_step,
    new_secret,
    provisioning_uri,
    step_at,
)

# RFC 6238, appendix B.
_SEED = b"1234567890" * 7
RFC_SECRETS = {
    Algorithm.SHA1: _SEED[:20],
    Algorithm.SHA256: _SEED[:32],
    Algorithm.SHA512: _SEED[:64],
}
RFC_CODES = {
    59: ("94287082", "46119246", "90693936"),
    1111111109: ("07081804", "68084774", "25091201"),
    1111111111: ("14050471", "67062674", "99943326"),
    1234567890: ("89005924", "91819424", "93441116"),
    2000000000: ("69279037", "90698825", "38618901"),
    20000000000: ("65353130", "77737706", "47863826"),
}
RFC_VECTORS = [
    (seconds, algorithm, code)
    for seconds, codes in RFC_CODES.items()
    for algorithm, code in zip(Algorithm, codes, strict=True)
]
NOW = datetime(2026, 11, 22, 8, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=30)


@pytest.fixture
def secret() -> str:
    return new_secret()


def code_at(secret: str, at: datetime) -> str:
    return code_at_step(secret, step_at(at))


@pytest.mark.parametrize(("seconds", "algorithm", "code"), RFC_VECTORS)
def test_the_standards_own_examples_come_out(seconds: int, algorithm: Algorithm, code: str):
    secret = base64.b32encode(RFC_SECRETS[algorithm]).decode()

    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)

    assert code_at_step(secret, step_at(at), digits=8, algorithm=algorithm) == code


def test_there_are_eighteen_of_those_examples():
    assert len(RFC_VECTORS) == 18


def test_a_secret_has_160_bits_and_is_new_each_time():
    assert len(base64.b32decode(new_secret())) == 20
    assert len({new_secret() for _ in range(100)}) == 100


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_the_codes_of_another_implementation_are_accepted(algorithm: Algorithm):
    """A hundred codes in a row, as oathtool makes them for the coming fifty minutes."""
    secret = new_secret()
    now = NOW.strftime("%Y-%m-%d %H:%M:%S UTC")
    printed = subprocess.run(
        ["oathtool", f"--totp={algorithm.value}", "-b", secret, "-w", "99", "--now", now],
        capture_output=True,
        text=True,
        check=True,
    )
    codes = printed.stdout.split()

    last_step, accepted = None, 0
    for number, code in enumerate(codes):
        last_step = match_step(secret, code, NOW + number * STEP, last_step, algorithm)
        accepted += last_step is not None

    assert (len(codes), accepted) == (100, 100)


def test_the_address_is_read_by_another_implementation(secret: str):
    uri = provisioning_uri(secret, "anna@example.com", "CRM Desk: Söhne & Co")

    address = urlsplit(uri)
    fields = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == "/CRM Desk Söhne & Co:anna@example.com"
    assert fields["issuer"] == ["CRM Desk Söhne & Co"]
    code = subprocess.run(
        ["oathtool", "--totp", "-b", fields["secret"][0]],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert match_step(secret, code, datetime.now(UTC), None) is not None


@pytest.mark.parametrize(
    ("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_one_step_to_either_side_is_accepted_and_no_more(secret: str, steps: int, accepted: bool):
    code = code_at(secret, NOW + steps * STEP)

    step = match_step(secret, code, NOW, None)

    assert step == (step_at(NOW) + steps if accepted else None)


@given(st.lists(st.tuples(st.integers(-4, 4), st.integers(-2, 2)), max_size=40))
def test_no_code_works_twice_nor_an_earlier_one_after_a_later_one(moves: list[tuple[int, int]]):
    """Whatever the clock does and whichever code is typed, accepted steps only rise."""
    secret, at, last_step, accepted = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", NOW, None, []
    for clock_steps, code_steps in moves:
        at += clock_steps * STEP
        step = match_step(secret, code_at(secret, at + code_steps * STEP), at, last_step)
        if step is not None:
            accepted.append(step)
            last_step = step

    assert accepted == sorted(set(accepted))


def test_ten_thousand_replays_are_refused(secret: str):
    step = match_step(secret, code_at(secret, NOW), NOW, None)
    assert step is not None

    refused = sum(
        match_step(secret, code_at_step(secret, step - trial % 3), NOW, step) is None
        for trial in range(10_000)
    )

    assert refused == 10_000


@pytest.mark.parametrize(
    "dress", ["{0[0]} {0[1]}", " {0[0]}{0[1]}\n", "{0[0]}\N{NO-BREAK SPACE}{0[1]}"]
)
def test_spaces_in_a_typed_code_do_not_matter(secret: str, dress: str):
    code = code_at(secret, NOW)

    assert match_step(secret, dress.format((code[:3], code[3:])), NOW, None) is not None


def test_full_width_digits_of_an_input_method_are_read(secret: str):
    code = code_at(secret, NOW).translate({ord("0") + n: ord("０") + n for n in range(10)})

    assert match_step(secret, code, NOW, None) is not None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "-12345", "٤٤٤٤٤٤", "\ud800"])
def test_what_is_no_code_is_refused(secret: str, code: str):
    assert match_step(secret, code, NOW, None) is None
    assert clock_drift_hint(secret, code, NOW, None) is None


def test_a_clock_that_believes_in_1970_refuses_without_failing(secret: str):
    dawn = datetime(1970, 1, 1, tzinfo=UTC)

    assert match_step(secret, code_at(secret, dawn), dawn, None) == 0
    assert match_step(secret, "000000", dawn - timedelta(days=9), None) is None


@pytest.mark.parametrize("steps", [-10, -3, -2, 2, 3, 10])
def test_a_clock_that_is_off_is_told_and_the_code_not_accepted(secret: str, steps: int):
    code = code_at(secret, NOW + steps * STEP)

    hint = clock_drift_hint(secret, code, NOW, None)

    assert match_step(secret, code, NOW, None) is None
    assert hint is not None
    assert hint.seconds == steps * 30
    assert match_step(secret, code, NOW + steps * STEP, hint.step) is None


@pytest.mark.parametrize("steps", [-1, 0, 1, 11])
def test_a_clock_that_is_right_or_hours_off_gets_no_hint(secret: str, steps: int):
    code = code_at(secret, NOW + steps * STEP)

    assert clock_drift_hint(secret, code, NOW, None) is None


def test_a_used_code_is_not_called_a_drifting_clock(secret: str):
    step = match_step(secret, code_at(secret, NOW), NOW, None)

    later = NOW + 4 * STEP
    assert clock_drift_hint(secret, code_at(secret, NOW), later, step) is None


def test_the_qr_code_is_read_back_from_its_picture(secret: str, tmp_path: Path):
    uri = provisioning_uri(secret, "anna@example.com", "CRM Desk (Example Ltd)")
    picture = tmp_path / "code.png"
    picture.write_bytes(qr_png(uri))

    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", str(picture)], capture_output=True, text=True, check=True
    )

    assert read.stdout.strip() == uri
