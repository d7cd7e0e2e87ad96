"""What a page shows has no secrets in it. Each page is looked at in test_private_answers.py."""

from __future__ import annotations

import time

import pytest
from django.test import Client
from django.urls import reverse

from telephony.privacy.masking import HIDDEN, Mask, hide_secrets, is_secret_name
from tests.admin import pages
from tests.admin.world import CANARIES, make_world


def test_messages_about_a_replay_show_no_link_of_a_recording(owner: Client) -> None:
    sipuni = make_world(calls=1)
    call = sipuni.calls.get(external_id="9.0")
    call.recordings.all().delete()
    call.events.all().delete()
    for delivery in sipuni.deliveries.all():
        address = reverse("admin:telephony_delivery_replay", args=[delivery.pk])
        html = owner.post(address, {"dry_run": "1"}, follow=True).text
        assert not [secret for secret in CANARIES if secret in html]


def test_the_address_is_only_for_those_who_may_change_the_connection(owner: Client) -> None:
    from django.contrib.auth.models import Permission, User

    sipuni = make_world(calls=0)
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_connection"))
    client = Client()
    client.force_login(reader)
    html = client.get(pages.page_of(sipuni)).text
    assert sipuni.name in html
    assert sipuni.hook_secret not in html
    rotate = reverse("admin:telephony_connection_rotate", args=[sipuni.pk])
    assert client.get(rotate).status_code == 403
    assert client.post(rotate).status_code == 403


@pytest.mark.parametrize(
    "name",
    ["access_code", "token", "x-auth-token", "Secret", "password", "soap_password", "api_key", "hash", "Authorization"],
)
def test_secret_names(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["key", "event", "author", "hashtag", "design", "src_num", "keyboard"])
def test_other_names(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("name", ["key", "userkey", "X-Api-Key"])
def test_keys_are_secret_wherever_something_is_shown(name: str) -> None:
    """In logs, in headers and on pages: Mobilon's key of a user opens click-to-call."""
    assert is_secret_name(name, keys=True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a=1&access_code=10019&b=2", f"a=1&access_code={HIDDEN}&b=2"),
        ("link=https%3A%2F%2Fr.example.ru%2Ffile%3Ftoken%3Dabc&b=2", f"link=https%3A%2F%2Fr.example.ru%2F{HIDDEN}&b=2"),
        ("https://r.example.ru/file.mp3?x=1 and more", f"https://r.example.ru/{HIDDEN} and more"),
        (
            r'{"link": "https:\/\/r.example.ru\/file.mp3", "x": 1}',
            rf'{{"link": "https:\/\/r.example.ru\/{HIDDEN}", "x": 1}}',
        ),
        ('{"token": "abc", "x": "y"}', f'{{"token": "{HIDDEN}", "x": "y"}}'),
        ('{"access_code": 10019}', f'{{"access_code": {HIDDEN}}}'),
        ("<data><token>abc</token></data>", f"<data><token>{HIDDEN}</token></data>"),
        ("ftp://user:word@r.example.ru/", f"ftp://user:{HIDDEN}@r.example.ru/"),
        (
            'Content-Disposition: form-data; name="token"\r\n\r\nabc\r\n--b',
            f'Content-Disposition: form-data; name="token"\r\n\r\n{HIDDEN}\r\n--b',
        ),
        ("the s3cret-value is here", f"the {HIDDEN} is here"),
        ("in a path/s%2F3/", f"in a path/{HIDDEN}/"),
        ("call 712345 and 12345.", f"call 712345 and {HIDDEN}."),
        ("event=1&src_num=79235292926&key=gW3c", f"event=1&src_num=79235292926&key={HIDDEN}"),
        ('{"userkey": "gW3c"}', f'{{"userkey": "{HIDDEN}"}}'),
        ("<D>{&quot;userkey&quot;:&quot;gW3c&quot;}</D>", f"<D>{{&quot;userkey&quot;:&quot;{HIDDEN}&quot;}}</D>"),
        (r'{"d": "{\"userkey\": \"gW3c\"}"}', rf'{{"d": "{{\"userkey\": \"{HIDDEN}\"}}"}}'),
        ("key={KEY}", "key={KEY}"),
    ],
)
def test_mask(text: str, shown: str) -> None:
    mask = Mask(["s3cret-value", "12345", "s/3"])
    assert mask.text(text) == mask.text(shown) == shown


def test_mask_of_bytes_keeps_what_is_not_secret() -> None:
    assert Mask(["s3cret-value"]).raw(b"\x00\xff s3cret-value \x01") == b"\x00\xff [hidden] \x01"


@pytest.mark.parametrize(
    "text",
    [
        piece * (200_000 // len(piece))
        for piece in (
            *("[", "a", "name=x\n", '"a":"', "<a ", "http://", "token=", '"token"', "x://", "%3D", "a=", "\\", "a@"),
            *('"token":', "<token>", 'name="token"\r\n', "https%3A%2F%2F", "http:\\/\\/"),
        )
    ],
    ids=lambda text: text[:6],
)
def test_no_text_takes_long(text: str) -> None:
    begun = time.process_time()
    Mask(["s3cret-value", "12345"]).text(text)
    hide_secrets(text)
    assert time.process_time() - begun < 2
