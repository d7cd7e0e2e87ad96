"""A company whose PBX is set up for 1C points it at us: the name on the phone, then the call at the right user."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from crm.models import Company, Contact
from telephony.models import Call, Card, Extension
from tests.soap.messages import KEY, NUMBER, envelope
from tests.soap.requests import add_mobilon, post, said


@pytest.mark.django_db(transaction=True)
def test_a_ring_as_1c_is_told_of_it() -> None:
    connection = add_mobilon(say_name_template="VIP:{company}")
    anna = get_user_model().objects.create_user("anna")
    Extension.objects.create(connection=connection, user=anna, key=KEY)
    Extension.objects.create(connection=connection, user=get_user_model().objects.create_user("boris"), key="other")
    contact = Contact.objects.create(name="Иван", company=Company.objects.create(name="Ренессанс Капитал"))
    contact.phones.create(raw="8 (923) 529-29-26")

    assert said(post(envelope("SayName", "http://test", number=NUMBER), "ImportTasks")) == "VIP:Ренессанс Капитал"
    assert not Call.objects.exists()
    assert said(post(envelope("IncomingCall", NumFrom=NUMBER, Key=KEY))) == "1"

    call = Call.objects.get()
    assert (call.contact, call.status, call.direction) == (contact, "ringing", "incoming")
    assert [leg.user for leg in call.legs.all()] == [anna]
    assert call.responsible == anna
    (card,) = Card.objects.all()
    assert (card.call, card.user, card.withdrawn_at) == (call, anna, None)
