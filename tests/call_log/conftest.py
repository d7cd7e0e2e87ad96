"""The company of the API's tests: what one sees there is what one sees in the call log."""

from tests.api.conftest import company, connection

__all__ = ["company", "connection"]
