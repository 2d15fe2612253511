"""Pictures of docs/desk.md, made from the files that its own commands write.

    python -m tests.desk_year.pictures

needs LibreOffice (`soffice`), poppler (`pdftoppm`), Pillow and a font for Chinese. Each sheet is printed to PDF,
drawn, and cropped to what is on it.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import openpyxl

from tests.desk_year.story import PAGES, Story
from tests.support.paths import DOCS

FOLDER = DOCS / "pictures"
DPI, WIDTH, COLOURS, MARGIN = 110, 1000, 16, 12  # pixels; few colours keep the files small


def sheet_as_pdf(workbook: Path, sheet: str, folder: Path) -> Path:
    """Print one sheet of a workbook, as wide as its page."""
    book = openpyxl.load_workbook(workbook)
    for name in book.sheetnames:
        if name != sheet:
            del book[name]
    page = book[sheet]
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.print_options.gridLines = page.print_options.headings = workbook.parent.name == "input"
    copy = folder / f"{workbook.stem}.xlsx"
    book.save(copy)
    subprocess.run(
        ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(copy)],
        check=True, capture_output=True,
    )  # fmt: skip
    return copy.with_suffix(".pdf")


def draw(pdf: Path, name: str, height: int, page: int = 1) -> None:
    """Draw a page, cropped to what is on it and to a height, in few colours."""
    from PIL import Image, ImageOps

    drawn = pdf.with_name(name)
    subprocess.run(
        ["pdftoppm", "-r", str(DPI), "-f", str(page), "-l", str(page), "-singlefile", "-png", str(pdf), str(drawn)],
        check=True,
    )  # fmt: skip
    picture = Image.open(drawn.with_suffix(".png")).convert("RGB")
    left, top, right, bottom = ImageOps.invert(picture.convert("L")).getbbox() or (0, 0, *picture.size)
    picture = picture.crop(
        (max(left - MARGIN, 0), max(top - MARGIN, 0), right + MARGIN, min(bottom + MARGIN, top + height))
    )  # fmt: skip
    if picture.width > WIDTH:
        picture = picture.resize((WIDTH, picture.height * WIDTH // picture.width), Image.Resampling.LANCZOS)
    FOLDER.mkdir(exist_ok=True)
    picture.quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)
    print(f"{name}.png: {picture.size}, {(FOLDER / f'{name}.png').stat().st_size:,} bytes")


def main() -> None:
    """Run the Chinese page, then draw its files."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        Story(folder, "zh").run(PAGES["zh"].read_text(encoding="utf-8"))
        county = folder / "qingxi"
        draw(sheet_as_pdf(county / "input" / "输入模板.xlsx", "服务记录", folder), "desk-records", 440)
        draw(sheet_as_pdf(county / "2025-02.xlsx", "工资表", folder), "desk-payroll", 270)
        draw(county / "payslips-02.pdf", "desk-payslip", 1100)
        draw(sheet_as_pdf(county / "2025.xlsx", "两个允许测算表", folder), "desk-two-permits", 460)


if __name__ == "__main__":
    main()
