"""The office of the tests of employees."""

from tests.people.conftest import chief, make_person

__all__ = ["chief", "make_person"]
