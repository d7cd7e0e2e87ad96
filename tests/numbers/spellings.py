"""Numbers, and the many ways in which people, spreadsheets and PBXs write them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import phonenumbers

CODES = ("916", "925", "903", "999", "495", "499", "812", "343", "846")
ABROAD = ("+44207183", "+4930123", "+331426", "+3804412", "+37529123", "+770170", "+121255", "+99890123", "+3906698")
GROUPS = (
    "{0}{1}{2}{3}",
    "{0} {1} {2} {3}",
    "{0} {1}-{2}-{3}",
    "{0}-{1}-{2}-{3}",
    "{0}.{1}.{2}.{3}",
    "({0}) {1}-{2}-{3}",
)
BLANKS = (" ", "\u00a0", "\u202f")
DASHES = ("-", "\u2011", "\u2013", "\u2012")
EXTENSIONS = (
    *(
        " доб. {}",
        " доб {}",
        " (доб. {})",
        " вн.{}",
        " внутр. {}",
        " ext {}",
        " ext. {}",
        " extension {}",
        "x{}",
        " x{}",
    ),
    *(" х{}", "#{}", " # {}", "*{}", ",{}", ",,{}", ";ext={}", " добавочный {}", " вн. тел. {}", " тон. {}"),
)
AROUND = (
    *("{}", " {} ", "тел. {}", "Тел.: {}", "моб.{}", "{} (Иван)", "Иван {}", "'{}", '="{}"', '"{}"', "\u202a{}\u202c"),
    *("\u200e{}", "{}\ufeff", "tel:{}", "{};", "раб. тел. {}", "{} рабочий", "Phone: {}"),
)
ADDRESSES = ('"Ivan Petrov" <{}>', '"Ivan 5" <sip:{}@pbx.example.ru>', "sip:{}@10.0.0.1:5060;user=phone", "<{}>")
BETWEEN = (" / ", "/", "; ", ";", ", ", ",", "  ", " ::: ", "\n", " | ", " и ", " или ")


@dataclass
class Spelled:
    """A text, and what stands in it: each number with its extension."""

    text: str
    numbers: dict[str, str] = field(default_factory=dict)

    @property
    def digits(self) -> str:
        return "".join(sign for sign in self.text if sign.isdigit())


class Speller:
    """Makes numbers that were not there before, and spells them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.known: set[str] = set()

    def new_number(self) -> str:
        """A valid number in E.164, most of them Russian."""
        while True:
            if self.random.random() < 0.8:
                number = f"+7{self.random.choice(CODES)}{self.random.randrange(10**7):07d}"
            else:
                number = self.random.choice(ABROAD) + str(self.random.randrange(10**6)).zfill(6)
            if number not in self.known and phonenumbers.is_valid_number(phonenumbers.parse(number)):
                self.known.add(number)
                return number

    def spell(self) -> Spelled:
        """One cell: a number, perhaps with an extension and words; sometimes several."""
        kind = self.random.random()
        if kind < 0.1:
            return self._address()
        if kind < 0.3:
            return self._several()
        if kind < 0.35:
            return self._ending()
        number = self.new_number()
        text, extension = self._with_extension(self._bare(number))
        return Spelled(self.random.choice(AROUND).format(text), {number: extension})

    def caller(self, number: str) -> str:
        """The number as a PBX may send it."""
        plain = number.removeprefix("+")
        ways = [number, plain, f"sip:{plain}@pbx", f'"Somebody" <{number}>', f" {plain} ", f"{plain}_id265648"]
        if number.startswith("+7"):
            ways += ["8" + number[2:], f"8 ({number[2:5]}) {number[5:8]}-{number[8:10]}-{number[10:]}"]
        return self.random.choice(ways)

    def _bare(self, number: str) -> str:
        if not number.startswith("+7") or number.startswith("+77"):
            form = self.random.choice(
                [phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.E164]
            )
            return self._signs(phonenumbers.format_number(phonenumbers.parse(number), form))
        parts = (number[2:5], number[5:8], number[8:10], number[10:])
        beginning = self.random.choice(("8", "8 ", "8-", "+7", "+7 ", "7", "+8 ", "+7 8 ", ""))
        if beginning == "" and number[2] != "9":
            beginning = "+7"
        body = self.random.choice(GROUPS).format(*parts)
        if beginning in ("8", "7") and body[0] != "(" and " " in body:
            beginning += " "
        return self._signs(beginning + body)

    def _signs(self, text: str) -> str:
        return text.replace(" ", self.random.choice(BLANKS)).replace("-", self.random.choice(DASHES))

    def _with_extension(self, text: str) -> tuple[str, str]:
        if self.random.random() < 0.5:
            return text, ""
        extension = str(self.random.randrange(1, 10 ** self.random.randint(1, 5)))
        return text + self.random.choice(EXTENSIONS).format(extension), extension

    def _address(self) -> Spelled:
        number = self.new_number()
        return Spelled(self.random.choice(ADDRESSES).format(number.removeprefix("+")), {number: ""})

    def _several(self) -> Spelled:
        between, spelled = self.random.choice(BETWEEN), Spelled("")
        texts = []
        for _ in range(self.random.randint(2, 3)):
            number = self.new_number()
            text, extension = self._bare(number), ""
            if between not in (",", ", ") and self.random.random() < 0.3:
                extension = str(self.random.randrange(10, 999))
                text += f" доб. {extension}"
            texts.append(text)
            spelled.numbers[number] = extension
        spelled.text = between.join(texts)
        return spelled

    def _ending(self) -> Spelled:
        """8 (495) 200-29-01/02."""
        while True:
            first = self.new_number()
            if not first.startswith("+7"):
                continue
            end = (int(first[-2:]) + self.random.randint(1, 98)) % 100
            second = f"{first[:-2]}{end:02d}"
            if second in self.known:
                continue
            self.known.add(second)
            text = f"8 ({first[2:5]}) {first[5:8]}-{first[8:10]}-{first[10:]}"
            return Spelled(f"{text}{self.random.choice(('/', ' / '))}{end:02d}", {first: "", second: ""})
