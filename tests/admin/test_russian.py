"""In Russian the pages are Russian: no English words are left over, the theme's own included."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, pgettext

from telephony.models import Connection, Delivery, Team
from telephony.vendors import installed
from tests.admin import pages, russian
from tests.admin.world import make_world

WORD = re.compile(r"[A-Za-z]{3,}")
NAMES = re.compile(
    r"Sipuni|Mobilon|WireCRM|XVB|Demo|PBX|API|CRM|Roistat|utm|HTTP|POST|GET|URL|JSON|SOAP|FTP|CSV|Excel|[Ww]eb[Hh]ooks?|SayName|VIP|XML|\{\w+\}|Token|journal|info"
    r"|manage\.py \w+|multipart/form-data|NOTIFY_START|x-pbx-authentication|CallToSubscriber|MP3|English|anonymous|curl"
    r"|telephony/vendors/demo/README\.md|Europe/\w+|Asia/\w+|UTC|Control|Command|Mac|LDAP|Single Si[gn]+.On"
    + "".join(f"|{word}" for vendor in installed().values() for word in WORD.findall(vendor.label))
    + r"|anna\.orlova|amoCRM|Google|Outlook|Thunderbird|iCloud|RetailCRM|xlsx|vcf|«Key»|«Secret»"
    r"|CallGear|Call API|Data API|PJSIP"
    r"|[Ee]mployee\d*|[Oo]wner|esc|sipuni|wirecrm|xvb|mobilon|zadarma|demo|campaign-\d|roistat|[\w.]+\.example\.ru|example",
)
"""Proper names, and what is typed or read as it stands."""
SHOWN_ATTRIBUTES = ("title", "placeholder", "aria-label", "data-copied", "data-label", "alt")


class _Text(HTMLParser):
    """What a reader sees of a page: its text without code, icons and long lists of choices; hints; labels."""

    SILENT = ("script", "style", "option", "code", "pre", "textarea")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if not self._is_silent():
            self.texts += [values[name] for name in SHOWN_ATTRIBUTES if name in values]
        if tag in ("input", "img", "br", "link", "meta", "hr", "path", "rect"):
            return
        classes = values.get("class", "")
        self._open.append((tag, tag in self.SILENT or "material-symbols" in classes or "tel-code" in classes))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._is_silent():
            self.texts.append(data)

    def _is_silent(self) -> bool:
        return any(silent for _, silent in self._open)


def read(html: str) -> list[str]:
    reader = _Text()
    reader.feed(html)
    return reader.texts


def left_over(html: str) -> Counter[str]:
    return Counter(word for text in read(html) for word in WORD.findall(NAMES.sub(" ", text)))


FURTHER = [
    *("telephony:board", "telephony:desk_settings", "telephony:why"),
    *("employees", "employee-new", "sign-ins", "sessions", "mfa_index", "admin:telephony_erase"),
    *(f"admin:telephony_{name}_changelist" for name in ("line", "disposition", "desksettings", "subscription")),
    *(f"admin:telephony_{name}_changelist" for name in ("notice", "auditentry")),
    *(f"admin:telephony_{name}_add" for name in ("line", "disposition", "subscription")),
]
"""Pages that the tests of the admin's pages leave out."""


def test_the_reader_sees_wrong_endings() -> None:
    assert russian.wrong_endings("21 звонок, 2 звонка, 11 звонков, 12:05 звонок, 1 020 звонков, из 2 звонков") == []
    assert russian.wrong_endings("2 звонков, 21 звонка, 1 100 звонок") == ["2 звонков", "21 звонка", "1 100 звонок"]


@pytest.mark.parametrize("app", russian.APPS)
def test_each_counted_text_has_three_forms(app: str) -> None:
    for forms in russian.plurals(russian.catalogue(app)):
        assert len(forms) == 3, forms
        assert all(forms), forms


def test_an_english_word_without_a_context_means_one_thing() -> None:
    """Which app's translation is shown depends on their order: a word for two things needs a context."""
    found: dict[str, dict[str, str]] = {}
    pattern = re.compile(r'(?<!" )\n\nmsgid "(.+)"\nmsgstr "(.*)"$', re.MULTILINE)
    for app in russian.APPS:
        for text, translated in pattern.findall(russian.catalogue(app).read_text(encoding="utf-8")):
            found.setdefault(text, {})[app] = translated.lower()
    several = {text: words for text, words in found.items() if len(set(words.values())) > 1}
    in_use = {text: [app for app in words if russian.uses(app, text)] for text, words in several.items()}
    assert {text: several[text] for text, apps in in_use.items() if len({several[text][app] for app in apps}) > 1} == {}


@pytest.mark.django_db
def test_a_person_has_a_name_and_a_thing_has_another_word_for_it(owner: Client) -> None:
    owner.cookies["django_language"] = "ru"
    labels = {}
    for name in ("crm_contact", "crm_company", "crm_tag", "telephony_team", "telephony_schedule"):
        form = owner.get(f"/admin/{name.replace('_', '/', 1)}/add/").context["adminform"].form
        with translation.override("ru"):
            labels[name] = str(form.fields["name"].label)
            if name == "crm_contact":
                assert str(form.fields["position"].label) == "Должность"
    assert labels == dict.fromkeys(labels, "Название") | {"crm_contact": "Имя"}


def test_the_reader_sees_what_is_left_over() -> None:
    html = '<p>Да <b title="Hint">text</b><code>code</code><script>js</script><input placeholder="Typed"> Sipuni</p>'
    assert left_over(html) == Counter(["Hint", "text", "Typed"])


def test_no_english_and_no_wrong_ending_is_left(owner: Client) -> None:
    make_world(calls=1)
    Connection.objects.update(name="АТС")
    # Reasons are stored in English, for support and logs.
    Delivery.objects.update(error="")
    Delivery.objects.filter(pk__in=[row.pk for row in Delivery.objects.all() if row.body == b'{"broken": ']).delete()
    owner.cookies["django_language"] = "ru"
    found = {}
    further = [*map(reverse, FURTHER), "/telephony/calls/?text=никто", "/admin/telephony/"]
    for address in [*pages.every_page(), *further]:
        response = owner.get(address)
        assert response.status_code == 200, address
        wrong = [one for text in read(response.text) for one in russian.wrong_endings(text)]
        if words := [*left_over(response.text), *wrong]:
            found[address] = words
    assert found == {}


@pytest.mark.django_db
def test_a_row_is_added_in_words_that_fit_whatever_it_is() -> None:
    with translation.override("ru"):
        assert gettext("Add another %(verbose_name)s") % {"verbose_name": "Особый день"} == "Добавить строку"


@pytest.mark.django_db
def test_pages_and_messages_of_the_admin_fit_words_of_every_gender(owner: Client) -> None:
    """Django's own: «Добавить команда», «Команда "Склад" был успешно изменен»."""
    owner.cookies["django_language"] = "ru"
    page = "/admin/telephony/team/add/"
    assert "<title>" in owner.get(page).text
    assert "Добавить: команда" in owner.get(page).text
    added = owner.post(page, {"name": "Склад", "after_call_seconds": 0}, follow=True)
    assert [str(message) for message in added.context["messages"]] == [
        f'Добавлено: команда «<a href="/admin/telephony/team/{Team.objects.get().pk}/change/">Склад</a>».'
    ]
    away = owner.get(f"/admin/telephony/team/{Team.objects.get().pk}/delete/").text
    assert "Удалить «Склад»? Исчезнет и всё это:" in away


def test_login_in_russian() -> None:
    client = Client()
    client.cookies["django_language"] = "ru"
    html = client.get("/admin/login/").text
    assert "Войти" in html
    assert not left_over(html)


@pytest.mark.parametrize("vendor", installed().values(), ids=lambda vendor: vendor.slug)
def test_settings_of_every_pbx_are_translated(vendor: object) -> None:
    form = vendor.settings_form()  # type: ignore[attr-defined]
    texts = [vendor.address_help, *(field.label for field in form.fields.values())]  # type: ignore[attr-defined]
    texts += [field.help_text for field in form.fields.values()]
    with translation.override("ru"):
        for text in texts:
            assert not text or re.search("[а-яё]", str(text)), text


@pytest.mark.parametrize("app", ["telephony", "crm", "config"])
def test_compiled_translations_are_those_of_the_source(app: str) -> None:
    folder = Path(settings.BASE_DIR) / app / "locale" / "ru" / "LC_MESSAGES"
    source = (folder / "django.po").read_text(encoding="utf-8")
    single = re.findall(r'^(?:msgctxt "(.+)"\n)?msgid "(.+)"\nmsgstr "(.*)"$', source, re.MULTILINE)
    assert single
    assert not [text for _context, text, translated in single if not translated]
    with translation.override("ru"):
        for context, text, translated in single:
            plain = text.replace('\\"', '"')
            found = pgettext(context, plain) if context else gettext(plain)
            # A text that Django has, too, may be in Django's words.
            assert found != plain or translated == text
    assert (folder / "django.mo").stat().st_size > 0
