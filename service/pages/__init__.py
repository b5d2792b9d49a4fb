"""Pages for people and the data behind them, at the same addresses."""

from service.pages import around, browsing, comparing, disagreeing, machines, quality
from service.pages.views import blueprint

__all__ = ["around", "blueprint", "browsing", "comparing", "disagreeing", "machines", "quality"]
