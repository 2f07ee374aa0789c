"""Names of the schema's values and figures as the checker and the synchronisation write them."""

from __future__ import annotations

from knowledge_base.schema import Fee, Level, Manner, TimeUnit

MANNER_NAMES = {
    Manner.DIRECT: "trực tiếp",
    Manner.ONLINE: "trực tuyến",
    Manner.POSTAL: "qua bưu chính",
}
UNIT_NAMES = {
    TimeUnit.WORKING_DAY: "ngày làm việc",
    TimeUnit.DAY: "ngày",
    TimeUnit.HOUR: "giờ",
    TimeUnit.WORKING_HOUR: "giờ làm việc",
    TimeUnit.MINUTE: "phút",
    TimeUnit.MONTH: "tháng",
    TimeUnit.YEAR: "năm",
}
LEVEL_NAMES = {
    Level.COMMUNE: "cấp xã",
    Level.PROVINCE: "cấp tỉnh",
    Level.MINISTRY: "cấp bộ",
    Level.OTHER: "cơ quan khác",
}


def money(amount: int) -> str:
    """``20000`` -> ``20.000 đồng``; 0 is ``miễn phí``."""
    return f"{amount:,} đồng".replace(",", ".") if amount else "miễn phí"


def duration(amount: float, unit: TimeUnit) -> str:
    """``7, ngay_lam_viec`` -> ``7 ngày làm việc``."""
    return f"{amount:g} {UNIT_NAMES[unit]}".replace(".", ",")


def fee_in_words(fee: Fee) -> str:
    """A fee's sum with range and unit, e.g. ``2.000 đồng/trang``."""
    if fee.amount is None:
        return "do tỉnh, thành phố quyết định" if fee.by_province else "chưa có mức cố định"
    upper = f" đến {money(fee.max_amount)}" if fee.max_amount is not None else ""
    return f"{money(fee.amount)}{upper}{f'/{fee.unit}' if fee.unit else ''}"
