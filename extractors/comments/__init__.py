"""Comment threads as complete records, from any site."""

from extractors.comments.find import find_thread, thread_of
from extractors.comments.thread import Thread

__all__ = ["Thread", "find_thread", "thread_of"]
