"""What cannot be read as a form at all."""

from shared.errors import Invalid
from shared.reports.form import MONTHS, Form


class NotAForm(Invalid):
    message = (
        "活動報告の様式として読み取れません。「月」「活動内容」「会議開催日時」の行がある表を、"
        "タブ区切りのテキストか Excel（.xlsx）で指定してください"
    )


class FormTooLarge(Invalid):
    message = (
        "ファイルが大きすぎます。活動報告の様式だけを 5 MB までの"
        "タブ区切りのテキストか Excel（.xlsx）にして指定してください"
    )


class FiscalYearUnknown(Invalid):
    message = (
        "年度が様式のどこにも書かれていません。--fiscal-year で年度を西暦で指定してください"
        "（令和7年度なら --fiscal-year 2025）"
    )


class FiscalYearDiffers(Invalid):
    def __init__(self, heading: int, given: int) -> None:
        """Both are fiscal years as people of the western calendar write them."""
        super().__init__(
            f"様式の見出しは {heading} 年度ですが、指定された年度は {given} 年度です。"
            "どちらが正しいか確かめて、指定か見出しを直してください"
        )


class FormCutOff(Invalid):
    message = (
        "様式が途中で切れています。十二か月の行と、できたこと・課題・取組の欄までそろった"
        "ファイルを指定してください"
    )


def require_whole(filled: Form) -> None:
    """Raise `FormCutOff` for a form that ends among its months, with nothing of what follows."""
    texts = (filled.achievements, filled.issues, filled.practices, filled.shared_issues)
    if len(filled.months) < len(MONTHS) and not any(texts):
        raise FormCutOff
