"""How this installation runs: environment variables and `.env`, each one documented in README.md."""

import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Every setting has a default that is right for one company on one machine."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_", env_file=".env", extra="ignore")

    var_dir: Path = Field(ROOT / "var", description="Folder for database, secrets, uploads, backups and logs.")
    database_url: str = Field(
        "",
        description="Where the data is: empty for SQLite under the var folder, or `postgresql://user:pass@host/db`.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8501", description="The address people open; links in mails are made from it."
    )
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="How many reverse proxies stand in front and add X-Forwarded-For."
    )
    smtp_url: str = Field(
        "",
        description="Mail server, `smtp://user:pass@host:587` (STARTTLS) or `smtps://...`; "
        "empty: mail waits in the development mailbox.",
    )
    mail_from: str = Field("rapport@localhost", description="Sender address of all mail.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much the log says.")
    staff_idle_minutes: int = Field(30, ge=1, description="Minutes without activity after which staff are signed out.")
    staff_session_hours: int = Field(12, ge=1, description="Longest time staff stay signed in.")
    customer_idle_days: int = Field(7, ge=1, description="Days without activity after which customers are signed out.")
    customer_session_days: int = Field(30, ge=1, description="Longest time customers stay signed in.")
    sockets_per_address: int = Field(
        60, ge=1, description="How many browser tabs may be open from one network address at once."
    )
    max_parallel_hashes: int = Field(
        4, ge=1, le=64, description="How many passwords are checked at the same moment (64 MiB each)."
    )
    upload_mb: int = Field(
        64, ge=1, le=1024, description="Largest file an administrator may upload for import, in MiB."
    )
    attachment_mb: int = Field(
        10, ge=1, le=100, description="Largest picture, document or photo that people may add, in MiB."
    )
    analytics_memory: str = Field(
        "1GB", pattern=r"^\d+(MB|GB)$", description="Memory for analytical questions in each process, like `1GB`."
    )
    analytics_threads: int = Field(2, ge=1, le=64, description="Processor cores that one analytical question may use.")
    payment_provider: Literal["", "test"] = Field(
        "",
        description="Payment provider: empty for none, `test` for the one to try out (no money moves).",
    )
    payment_provider_url: str = Field("http://127.0.0.1:8590", description="Where the payment provider is asked.")
    payment_provider_secret: str = Field(
        "", description="What the payment provider signs its messages with; without it none is taken."
    )
    scoring: bool = Field(
        True, description="Whether this process starts scoring runs (nightly and on demand) where it is a worker."
    )
    worker: bool = Field(True, description="Whether this process also sends mail and runs queued imports.")

    @property
    def url(self) -> str:
        """The database address in force."""
        return self.database_url or f"sqlite:///{self.var_dir / 'rapport.db'}"

    @property
    def https(self) -> bool:
        return self.public_url.startswith("https://")


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def secret(name: str) -> str:
    """A secret of this installation, made on first use and kept in `var/secrets/NAME` readable by its owner only."""
    folder = settings().var_dir / "secrets"
    file = folder / name
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written whole under another name first: a process that starts at the same moment never reads half of it.
        fresh = folder / f".{name}.{secrets.token_hex(8)}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(32), "ascii")
        with suppress(FileExistsError):
            file.hardlink_to(fresh)
        fresh.unlink()
    return file.read_text("ascii").strip()
