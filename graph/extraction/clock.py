"""The document's own date, from which relative dates count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """The document's own date, as precisely as it is known."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @classmethod
    def of(cls, text: str | None) -> Clock:
        """The clock of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; one that knows nothing for None."""
        return cls(*(int(p) for p in text.split("-"))) if text else cls()

    def today(self) -> date | None:
        """The day, where it is known."""
        return date(self.year, self.month, self.day) if self.year and self.month and self.day else None

    def shifted_days(self, days: int) -> str | None:
        """The day so many days later, as `YYYY-MM-DD`."""
        today = self.today()
        try:
            return (today + timedelta(days=days)).isoformat() if today else None
        except OverflowError:
            return None

    def shifted_months(self, months: int) -> str | None:
        """The month so many months later, as `YYYY-MM`."""
        if not self.year or not self.month:
            return None
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return f"{year}-{month + 1:02}"

    def shifted_years(self, years: int) -> str | None:
        """The year so many years later, as `YYYY`."""
        return str(self.year + years) if self.year else None

    def nearest_month(self, month: int, direction: int = 0) -> str | None:
        """The month of that number next to the document's: the nearer one, or the one before or after."""
        if not self.year or not self.month:
            return None
        ahead = (month - self.month) % 12
        if direction < 0:
            steps = ahead - 12
        elif direction > 0:
            steps = ahead or 12
        else:
            steps = ahead if ahead <= 6 else ahead - 12
        return self.shifted_months(steps)
