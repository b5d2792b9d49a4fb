"""Pages for people and the data behind them, at the same addresses."""

from service.pages import machines
from service.pages.views import blueprint

__all__ = ["blueprint", "machines"]
