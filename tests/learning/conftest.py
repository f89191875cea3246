"""The shelves and articles of tests/kb serve here too."""

from tests.kb.conftest import _shelves, chat_sdk, shelf

__all__ = ["_shelves", "chat_sdk", "shelf"]
