"""Kinds of faults that docs/reliability.md lists: declared damages, faults of other tests."""

from __future__ import annotations

from dataclasses import dataclass

# Kind -> what is wrong, in English and Chinese; in the order of the page.
KINDS = {
    "line_ends": ("line ends LF, CR, mixed; a header that ends in CR", "换行 LF、CR 或混用；表头以 CR 结束"),
    "quotes": (
        "quotes: everywhere, never closed, with text behind, in an unread column",
        "引号：全部加引号、未闭合、引号后有字、不读取的列名中有引号",
    ),
    "encodings": ("encodings, marks (BOM), bytes of no encoding, NUL", "编码、标记（BOM）、不属于任何编码的字节、NUL"),
    "cut_files": ("files cut inside a number or a row", "在数字或行中间截断的文件"),
    "blank_rows": ("blank rows", "空行"),
    "widths": ("rows too wide, too narrow, too long", "列数过多、过少的行，过长的行"),
    "separators": ("semicolons or tabs for commas", "以分号或制表符代替逗号"),
    "columns": ("columns in another order, misspelt, twice", "列的次序不同、列名写错、列重复"),
    "misnamed_files": ("files misnamed, downloaded twice, of another format", "文件名写错、重复下载、格式不对"),
    "dates_written": ("dates as people and spreadsheets write them", "人和电子表格写日期的各种写法"),
    "dates_wrong": ("dates that are none, or have two readings", "不是日期的，或有两种读法的"),
    "numbers_written": ("numbers as people write them", "人写数字的各种写法"),
    "numbers_wrong": ("numbers that are none, are missing, or have two readings", "不是数字的、缺失的、有两种读法的"),
    "zeros_lost": ("leading zeros lost", "丢失前导零"),
    "codes_cut": ("long codes cut by a spreadsheet", "被电子表格截断的长代码"),
    "codes_unknown": ("codes that stand in no table", "任何表中都没有的代码"),
    "invisible_characters": (
        "blanks, control, invisible and bidirectional characters",
        "空白、控制字符、不可见字符和双向字符",
    ),
    "labels": ("labels in the place of codes", "以名称代替代码"),
    "signs": ("signs: a minus too many or missing, sums below 0", "正负号：多写或漏写负号、合计低于 0"),
    "sizes": ("sizes: zeros too many, another scale", "大小：多写了零、用了另一种分制"),
    "unread_money": ("money that no rule reads", "没有规则读取的钱"),
    "posts": ("more than a full post; pay without a post", "超过一个全职岗位；没有岗位的工资"),
    "doubled_rows": ("rows, record ids and keys twice", "重复的行、记录号和键"),
    "overlaps": (
        "intervals that overlap, end too early, or leave a service out",
        "重叠的期间、过早结束的期间、漏掉服务的期间",
    ),
    "shares": ("shares that do not sum to 1", "合计不等于 1 的份额"),
    "contracts": ("contracts cut or signed again", "被截短或重新签订的合同"),
    "other_periods": ("rows of another period", "其他期间的行"),
    "missing_tables": ("tables that are missing", "缺少的表"),
    "empty_tables": ("tables with a header only, files without a byte", "只有表头的表、没有内容的文件"),
    "missing_rows": (
        "rows that are missing: scores, posts, all pay of a person, a reversed record",
        "缺少的行：得分、岗位、一个人的全部工资、被冲销的记录",
    ),
    "policy_names": ("policy: names misspelt", "政策：名称写错"),
    "policy_values": (
        "policy: values blank, without source, ended, changed inside a month, twice",
        "政策：数值空缺、没有出处、已经结束、月中变更、重复",
    ),
    "policy_form": (
        "policy: full-width quotes, encoding, brackets, a table twice",
        "政策：全角引号、编码、括号、重复的表",
    ),
    "settings": (
        "settings: misspelt, without meaning, a folder that is not there",
        "设置：写错、没有意义、文件夹不存在",
    ),
    "changed_snapshot": (
        "snapshot: a byte changed, files cut, missing or added",
        "快照：改动一个字节、文件截断、缺少或多出",
    ),
    "resigned_snapshot": ("snapshot: values changed and their hash written anew", "快照：改动数值并重写其哈希"),
    "moved_snapshot": (
        "snapshot: renamed, deleted, a link, of another period, another pointer",
        "快照：改名、删除、链接、其他期间、指针指向别处",
    ),
    "published_months": (
        "published months: records late, cancelled, dated anew; a price changed for them",
        "已发布的月份：迟到、撤销、改期的记录；为其改动的价格",
    ),
    "month_after": (
        "before the next month: its pay not given, the published run changed or deleted",
        "下一个月之前：工资未给出，已发布的计算被改动或删除",
    ),
    "staged_run": ("ledger: a staged run changed", "台账：改动已暂存的计算"),
    "published_run": (
        "ledger: a published run, its header, holds or policy changed",
        "台账：改动已发布的计算、其表头、暂缓或政策",
    ),
    "chain": ("ledger: publications or audit entries changed or deleted", "台账：改动或删除发布记录或审计记录"),
    "foreign_objects": ("ledger: triggers and views that are not its own", "台账：不属于它的触发器和视图"),
    "ledger_rights": ("ledger: read-only file and folder", "台账：只读的文件和文件夹"),
    "ledger_file": ("ledger: missing, or no database", "台账：缺失，或不是数据库"),
}


@dataclass(frozen=True)
class Tested:
    """Fault that other tests make: the fault, what happens (English, Chinese), the tests."""

    fault: tuple[str, str]
    outcome: tuple[str, str]
    file: str
    tests: tuple[str, ...]


OLD_OR_NEW = ("old or new state; run again", "旧状态或新状态；再次运行即可")
TESTED = (
    Tested(
        ("killed, cut off or without room at a named point: the sample", "在指定的点被杀、断开或没有空间：抽样"),
        OLD_OR_NEW,
        "tests/reliability/test_faults.py",
        (
            "test_a_ledger_is_in_the_old_or_the_new_state",
            "test_no_half_snapshot_is_taken_for_a_whole_one",
        ),
    ),
    Tested(
        ("a revision of a year killed between its months", "年度修订在各月之间被杀"),
        OLD_OR_NEW,
        "tests/batch/test_revise.py",
        ("test_killed_in_the_middle_it_goes_on_with_the_same_ids",),
    ),
    Tested(
        ("2 and 4 processes that publish, or pay, at once", "2 个和 4 个进程同时发布或支付"),
        ("one does it, once", "只有一个完成，且只一次"),
        "tests/reliability/test_races.py",
        (),
    ),
    Tested(
        (
            "amounts, lines, headers, publications, entries, texts, proposals, steps, payments, views changed by hand",
            "手工改动金额、行、表头、发布、链的记录、文本、修订提案、步骤、支付、视图",
        ),
        ("`verify`: exit code 7, place named", "`verify`：退出码 7，指出位置"),
        "tests/reliability/test_tampering.py",
        (
            "test_a_change_of_the_ledger_is_found_and_named",
            "test_a_view_that_says_something_else_is_found",
            "test_the_log_of_accesses_is_added_to_and_a_gap_is_found",
        ),
    ),
    Tested(
        ("a chain made anew, or cut, after its head was noted", "记下链头之后整条重做或截断的链"),
        ("`verify --head`: exit code 7", "`verify --head`：退出码 7"),
        "tests/reliability/test_tampering.py",
        ("test_a_chain_made_anew_lacks_the_noted_head",),
    ),
    Tested(
        ("a byte of each file of a snapshot, also signed anew", "快照每个文件的一个字节，重新签名的也算"),
        ("`verify --all`: exit code 7, file named", "`verify --all`：退出码 7，指出文件"),
        "tests/reliability/test_tampering.py",
        (
            "test_a_changed_byte_of_any_file_of_a_snapshot_is_found_and_named",
            "test_a_changed_value_of_any_file_is_found_though_the_manifest_was_signed_anew",
        ),
    ),
    Tested(
        ("a process killed while it stages or publishes", "暂存或发布时进程被杀"),
        OLD_OR_NEW,
        "tests/batch/ledger/test_crash.py",
        (
            "test_killed_at_any_point_the_ledger_is_in_the_old_or_the_new_state",
            "test_a_run_left_incomplete_is_no_run_and_is_staged_again",
        ),
    ),
    Tested(
        ("several processes at once", "多个进程同时运行"),
        ("one publishes, the others are told", "一个发布，其余得到说明"),
        "tests/batch/ledger/test_crash.py",
        ("test_several_processes_at_once",),
    ),
    Tested(
        ("a disk that is full while a ledger is written", "写台账时磁盘已满"),
        OLD_OR_NEW,
        "tests/batch/ledger/test_crash.py",
        ("test_a_full_disk_leaves_the_old_state_and_says_so",),
    ),
    Tested(
        ("a ledger's migration interrupted or killed at any step", "台账升级在任一步中断或被杀"),
        OLD_OR_NEW,
        "tests/batch/ledger/test_migrations.py",
        (
            "test_interrupted_at_any_step_a_ledger_still_comes_forward",
            "test_a_killed_process_leaves_what_the_next_one_brings_forward",
        ),
    ),
    Tested(
        ("writers while a ledger is brought forward, or locked", "台账升级或锁定期间的写入"),
        ("they wait, then are told", "等待，之后得到说明"),
        "tests/batch/ledger/test_migrations.py",
        ("test_writers_wait_while_a_ledger_is_brought_forward",),
    ),
    Tested(
        ("a freeze killed, or two freezes at once", "冻结时被杀，或两次冻结同时进行"),
        ("no half snapshot; leftovers are removed", "没有半个快照；残留被清除"),
        "tests/batch/snapshot/test_store.py",
        (
            "test_a_killed_freeze_leaves_a_folder_that_the_next_one_removes",
            "test_a_folder_in_use_is_left_alone",
            "test_freezes_that_clear_up_leave_each_other_alone",
            "test_a_quicker_freeze_of_the_same_content_wins",
        ),
    ),
    Tested(
        ("a disk that is full at any stage of a freeze", "冻结任一阶段磁盘已满"),
        ("refused, nothing is frozen", "拒绝，不冻结任何内容"),
        "tests/batch/snapshot/test_store.py",
        ("test_a_full_disk_freezes_nothing", "test_a_disk_that_fills_at_any_stage_freezes_nothing"),
    ),
    Tested(
        ("a snapshot's bytes changed anywhere", "快照的任何字节被改动"),
        ("exit code 7, in words", "退出码 7，有说明"),
        "tests/batch/snapshot/test_verification.py",
        ("test_damage_ends_in_words_wherever_it_strikes",),
    ),
    Tested(
        ("every kind of change of a ledger by hand", "手工改动台账的各种方式"),
        ("exit code 7, table named", "退出码 7，指出表"),
        "tests/batch/ledger/test_audit.py",
        ("test_whatever_is_changed_by_hand_is_found",),
    ),
    Tested(
        ("a ledger that its chain contradicts, used to build on", "在与审计链矛盾的台账上继续"),
        ("exit code 7, nothing is written", "退出码 7，不写入"),
        "tests/batch/ledger/test_revisions.py",
        (
            "test_nothing_is_built_on_a_ledger_that_its_chain_contradicts",
            "test_a_staged_run_is_covered_by_the_chain",
            "test_changed_rows_are_neither_shown_nor_taken_into_the_next_month",
        ),
    ),
    Tested(
        ("tables in any CSV dialect, encoding and line end", "任何 CSV 写法、编码和换行的表"),
        ("exactly its rows, or refused", "恰好是其各行，或拒绝"),
        "tests/batch/sources/test_csv_dialects.py",
        (),
    ),
)
