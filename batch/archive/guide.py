"""Page for the auditor in an archive, in both languages, whatever the language in use."""

from __future__ import annotations

import json
from collections.abc import Mapping

from batch.archive.contents import RunContents
from batch.archive.layout import FULL, GUIDES, TABLES_OF_RECORDS
from batch.proof import entries

_ENGLISH = """# Run {run} of {period}

This archive holds one run of payengine: what it was computed from, what computed it, and what it gave. This page
explains it and proves nothing; the proof is to compute it again. [中文](README.zh.md)

| | |
| --- | --- |
| period | {period} |
| run | `{id}` |
| snapshot | `{snapshot}` |
| policy | {title} (`{policy}`) |
| formulas | `{formulas}`, sources {formulas_kept} |
| engine | `{engine}`, sources {engine_kept} |
| illustrative values | {illustrative} |
| institutions held | {held} |
| variant | {variant} |
| head of the audit chain | `{head}` |

## Compute it again

1. Ask the office by another way (a letter, the telephone) for the digest of the archive, and for the head that it
   noted when it published. `payengine replay` prints both.
2. Install payengine (Python 3.11 or newer). The version need not be the one that made the run: if it is not, the
   replay says so, which files differ, and whether any figure does.
3. `payengine replay FILE`, in any folder. No ledger, no workspace and no network are needed. Exit code 0: every result
   is identical. 4: it is not, and the first differences are listed. 7: the archive is not as it was written.
{without}
## What is in it

| file | |
| --- | --- |
| `archive.json` | the run's header, as the ledger holds it; its id is a digest of what it names |
| `chain.json` | the office's audit chain, from its first entry to the one that states this run's digests |
| `digests.json` | SHA-256 and size of every other file |
| `policy.json`, `policy/` | the policy as it was used, all layers in order; the second are its files |
| `results/` | the results: Parquet for programs, CSV for reading |
| `snapshot/` | {snapshot_files} |
| `sources/` | the source texts of formulas and engine, to be read and compared; a replay never executes them |

Rows: {rows}.
"""
_CHINESE = """# {period} 的运行 {run}

本归档保存 payengine 的一次运行：计算所用的数据、计算所用的程序和计算结果。本页只作说明，不是证据；重新计算才是证据。
[English](README.md)

| | |
| --- | --- |
| 期间 | {period} |
| 运行 | `{id}` |
| 快照 | `{snapshot}` |
| 政策 | {title}（`{policy}`） |
| 公式 | `{formulas}`，源文件{formulas_kept} |
| 引擎 | `{engine}`，源文件{engine_kept} |
| 含示例数值 | {illustrative} |
| 暂缓的机构 | {held} |
| 归档种类 | {variant} |
| 审计链链头 | `{head}` |

## 重新计算

1. 通过其他途径（公函、电话）向财务科室索要归档的摘要，以及发布时记下的链头；`payengine replay` 会显示这两项。
2. 安装 payengine（Python 3.11 以上）。版本不必与当时相同：如有不同，会说明哪些文件不同、数字是否因此不同。
3. 在任一文件夹中执行 `payengine replay 文件`，不需要台账、工作区和网络。
   退出码 0：全部结果一致；4：不一致，并列出前几处差异；7：归档与写入时不一致。
{without}
## 归档的内容

| 文件 | |
| --- | --- |
| `archive.json` | 台账中的运行信息；运行编号是其中各项的摘要 |
| `chain.json` | 该单位的审计链，从第一条到载明本次运行摘要的一条 |
| `digests.json` | 其他各文件的 SHA-256 和大小 |
| `policy.json`、`policy/` | 所用的政策，各层依次排列；后者为各层的文件 |
| `results/` | 计算结果：Parquet 供程序使用，CSV 供阅读 |
| `snapshot/` | {snapshot_files} |
| `sources/` | 公式和引擎的源文件，供阅读和比较；重新计算时从不执行 |

行数：{rows}。
"""
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "kept": "kept", "not kept": "not kept", "yes": "yes", "no": "no", "none": "none", "full": "full",
        "without-records": "without records", "listed": "{name} ({reason})", "between": ", ",
        "files": "the frozen input, as the snapshot holds it",
        "no files": "the description of the frozen input that its digest covers; no records",
        "without": "\nThis archive was written without records: the steps above need the full one. From this one "
        "`payengine replay`\ncompares all digests and says so, with exit code 3. The table of rejected records is left "
        "out.\n",
    },
    "zh": {
        "kept": "已留存", "not kept": "未留存", "yes": "是", "no": "否", "none": "无", "full": "完整",
        "without-records": "不含服务记录", "listed": "{name}（{reason}）", "between": "、",
        "files": "冻结的输入数据，与快照一致",
        "no files": "冻结数据的说明（快照摘要所依据的内容），不含服务记录",
        "without": "\n本归档不含服务记录：以上步骤须用完整归档。对本归档执行 `payengine replay` 只核对全部摘要"
        "并予以说明，退出码为 3。\n未计酬记录表不在其中。\n",
    },
}  # fmt: skip


def guides(contents: RunContents, variant: str) -> dict[str, bytes]:
    """Write the page in both languages, by file."""
    return {file: _page(contents, variant, language).encode() for language, file in GUIDES.items()}


def _page(contents: RunContents, variant: str, language: str) -> str:
    header, words = contents.header, _WORDS[language]
    details, holds = json.loads(header["details"]), json.loads(header["holds"])
    held = [words["listed"].format(name=code, reason=holds[code]) for code in sorted(holds)]
    tables = contents.results.tables()
    rows = [
        f"{name} {table.num_rows}" for name, table in tables.items() if variant == FULL or name not in TABLES_OF_RECORDS
    ]

    def kept(digest: str) -> str:
        return words["kept" if contents.sources.get(digest) else "not kept"]

    return (_ENGLISH if language == "en" else _CHINESE).format(
        run=header["id"][:12], period=header["period"], id=header["id"], snapshot=header["snapshot"],
        policy=header["policy"], title=_cell(details["policy_title"] or details["policy_code"]),
        formulas=header["formulas"], engine=header["engine"], formulas_kept=kept(header["formulas"]),
        engine_kept=kept(header["engine"]), illustrative=words["yes" if details["illustrative"] else "no"],
        held=_cell(words["between"].join(held)) or words["none"], variant=words[variant],
        head=entries.head(contents.chain) if contents.chain else words["none"],
        without="" if variant == FULL else words["without"],
        snapshot_files=words["files" if variant == FULL else "no files"], rows=words["between"].join(rows),
    )  # fmt: skip


def _cell(text: str) -> str:
    """Write a text in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")
