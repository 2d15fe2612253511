CREATE TABLE ledger_schema (
    version BIGINT NOT NULL,
    engine VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    applied_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (version)
)ENGINE=InnoDB;
CREATE TABLE policy_text (
    digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    text LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    PRIMARY KEY (digest)
)ENGINE=InnoDB;
CREATE TABLE run (
    id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `period` VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    snapshot VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    policy VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    formulas VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    engine VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    holds LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    details LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    digests LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    complete BIGINT NOT NULL,
    staged_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    staged_by VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(policy) REFERENCES policy_text (digest)
)ENGINE=InnoDB;
CREATE INDEX ix_run_period ON run (`period`);
CREATE TABLE proposal (
    run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    revises VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    revision BIGINT NOT NULL,
    reason LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    PRIMARY KEY (run),
    FOREIGN KEY(run) REFERENCES run (id),
    FOREIGN KEY(revises) REFERENCES run (id)
)ENGINE=InnoDB;
CREATE TABLE pay_line (
    run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    engagement_from VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    component VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    funding VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    amount_fen BIGINT NOT NULL,
    PRIMARY KEY (run, institution, staff, engagement_from, component, funding),
    FOREIGN KEY(run) REFERENCES run (id)
)ENGINE=InnoDB;
CREATE TABLE statement_line (
    run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    component VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    funding VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    amount_fen BIGINT NOT NULL,
    PRIMARY KEY (run, institution, component, funding),
    FOREIGN KEY(run) REFERENCES run (id)
)ENGINE=InnoDB;
CREATE TABLE workload (
    run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    engagement_from VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    category VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    services BIGINT NOT NULL,
    points_micro BIGINT NOT NULL,
    PRIMARY KEY (run, institution, staff, engagement_from, category),
    FOREIGN KEY(run) REFERENCES run (id)
)ENGINE=InnoDB;
CREATE TABLE rejection (
    run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    record_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    copy BIGINT NOT NULL,
    reason VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    PRIMARY KEY (run, record_id, staff, copy),
    FOREIGN KEY(run) REFERENCES run (id)
)ENGINE=InnoDB;
CREATE TABLE run_component (
    run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `position` BIGINT NOT NULL,
    component VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    kind VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    pay_class VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    label LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    PRIMARY KEY (run, `position`),
    FOREIGN KEY(run) REFERENCES run (id)
)ENGINE=InnoDB;
CREATE TABLE run_report (
    run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `position` BIGINT NOT NULL,
    level VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    name VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    label LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    unit VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    scale BIGINT NOT NULL,
    PRIMARY KEY (run, `position`),
    FOREIGN KEY(run) REFERENCES run (id)
)ENGINE=InnoDB;
CREATE TABLE report_line (
    run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `position` BIGINT NOT NULL,
    institution VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    staff VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (run, `position`, institution, staff),
    FOREIGN KEY(run) REFERENCES run (id)
)ENGINE=InnoDB;
CREATE TABLE publication (
    `period` VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    revision BIGINT NOT NULL,
    run VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    previous VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
    reason LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    published_at VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    published_by VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    PRIMARY KEY (`period`, revision),
    FOREIGN KEY(run) REFERENCES run (id),
    FOREIGN KEY(previous) REFERENCES run (id)
)ENGINE=InnoDB;
CREATE TABLE audit_entry (
    number BIGINT NOT NULL,
    entry LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    previous VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (number),
    UNIQUE (previous)
)ENGINE=InnoDB;
CREATE VIEW due_pay AS
        SELECT p.period, p.revision, p.run, l.institution, l.staff, l.engagement_from, l.component, l.funding,
               l.amount_fen, CAST(l.amount_fen * 0.01 AS DECIMAL(21, 2)) AS amount_yuan
        FROM publication p JOIN pay_line l ON l.run = p.run
        WHERE p.revision = (SELECT max(n.revision) FROM publication n WHERE n.period = p.period);
INSERT INTO audit_entry (number, entry, previous, hash) VALUES (1, '{\"about\":\"first tables\",\"action\":\"schema\",\"at\":\"2026-12-01T08:01:00Z\",\"by\":\"office@county\",\"engine\":\"payengine 0.1.0\",\"number\":1,\"version\":1}', '0000000000000000000000000000000000000000000000000000000000000000', 'b5d98988156d650841f30cf6351e73f4901cf40f6c545a927945a2166753d605');
INSERT INTO audit_entry (number, entry, previous, hash) VALUES (2, '{\"action\":\"publish\",\"at\":\"2026-12-01T08:04:00Z\",\"by\":\"office@county\",\"digests\":{\"pay_line\":\"7e7fa8fb5b2f8fa97e345440a4b6262d82f8cbc2451783122903512d78a676ab\",\"policy_text\":\"1a2d08055f22733b10ba44da7f0faa5ccc7c7576ea5e92f87362f34fb7b198ce\",\"rejection\":\"7ad056334f9c9da46a0336e8e4ebeb1889dc7933d07255d6c6fdfcec3eec1267\",\"report_line\":\"2fee0641a8562304ad7a08cb2ee641f15723ec3812fb854b09736817893d03e2\",\"run\":\"5de32b98717ecdf2041789de2935721d522773908879495aa4488e2e361e6fb4\",\"run_component\":\"0aebb313863477e782641ffd797338d2f9ee20b3198bd786f920374a71771fa1\",\"run_report\":\"2396fc401a5a55f58d721398330e7e4bfb687167eab591e4004f16267bfe33d3\",\"statement_line\":\"377e48c7c4b8bd5ffd46c8751ff24d2eb48d507ec3f41a7f129cd53323ae305d\",\"workload\":\"829e59b3dc0fe1e1ee9be2f0b710d8dc488b611777001a188bed4d270c02f6fc\"},\"engine\":\"payengine 0.1.0\",\"number\":2,\"period\":\"2026-09\",\"previous\":null,\"published_at\":\"2026-12-01T08:03:00Z\",\"published_by\":\"office@county\",\"reason\":\"\",\"revision\":1,\"run\":\"e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce\"}', 'b5d98988156d650841f30cf6351e73f4901cf40f6c545a927945a2166753d605', '8a3f1d2e767175f8f497a66018790488525990e03951a05e6bef1783a0cd0d32');
INSERT INTO audit_entry (number, entry, previous, hash) VALUES (3, '{\"action\":\"publish\",\"at\":\"2026-12-01T08:07:00Z\",\"by\":\"office@county\",\"digests\":{\"pay_line\":\"7e7fa8fb5b2f8fa97e345440a4b6262d82f8cbc2451783122903512d78a676ab\",\"policy_text\":\"1a2d08055f22733b10ba44da7f0faa5ccc7c7576ea5e92f87362f34fb7b198ce\",\"rejection\":\"7ad056334f9c9da46a0336e8e4ebeb1889dc7933d07255d6c6fdfcec3eec1267\",\"report_line\":\"2fee0641a8562304ad7a08cb2ee641f15723ec3812fb854b09736817893d03e2\",\"run\":\"397a24011fcb236d82ccb88e554ca12c5286a31715d60f1d7cb3929e7f32bc23\",\"run_component\":\"0aebb313863477e782641ffd797338d2f9ee20b3198bd786f920374a71771fa1\",\"run_report\":\"2396fc401a5a55f58d721398330e7e4bfb687167eab591e4004f16267bfe33d3\",\"statement_line\":\"377e48c7c4b8bd5ffd46c8751ff24d2eb48d507ec3f41a7f129cd53323ae305d\",\"workload\":\"829e59b3dc0fe1e1ee9be2f0b710d8dc488b611777001a188bed4d270c02f6fc\"},\"engine\":\"payengine 0.1.0\",\"number\":3,\"period\":\"2026-10\",\"previous\":null,\"published_at\":\"2026-12-01T08:06:00Z\",\"published_by\":\"office@county\",\"reason\":\"\",\"revision\":1,\"run\":\"ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d\"}', '8a3f1d2e767175f8f497a66018790488525990e03951a05e6bef1783a0cd0d32', '41c2abfce3ea7f8fa7da540aef7224d5487e88c0aef6f22f4db3a9ef57e56bd3');
INSERT INTO audit_entry (number, entry, previous, hash) VALUES (4, '{\"action\":\"publish\",\"at\":\"2026-12-01T08:10:00Z\",\"by\":\"office@county\",\"digests\":{\"pay_line\":\"09eead9565fda0ec785b1bf670811bddd6e77d5ffba92daf0e42e79c9e4ba399\",\"policy_text\":\"1a2d08055f22733b10ba44da7f0faa5ccc7c7576ea5e92f87362f34fb7b198ce\",\"rejection\":\"3268aed4b2ef5a94a66801e91d9c5d6225fcde378e37e14567207f974dfe5e40\",\"report_line\":\"dac73998be890339b9005cd37f84a1cf4f187125c128d574e548edb753731464\",\"run\":\"943c45dac6afbfaa1baa03e7a72c6ab6855177d6759cc9a3e7244c7c83da771c\",\"run_component\":\"0aebb313863477e782641ffd797338d2f9ee20b3198bd786f920374a71771fa1\",\"run_report\":\"2396fc401a5a55f58d721398330e7e4bfb687167eab591e4004f16267bfe33d3\",\"statement_line\":\"f53810e85a22f372dde7772302c657b7e0da4f24ba8df112a5adf25fae099c5e\",\"workload\":\"9b294094ad3a08271cadcb608441b6884c6328244d66574dd1f57e9de30708d6\"},\"engine\":\"payengine 0.1.0\",\"number\":4,\"period\":\"2026-10\",\"previous\":\"ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d\",\"published_at\":\"2026-12-01T08:09:00Z\",\"published_by\":\"office@county\",\"reason\":\"漏报出诊\",\"revision\":2,\"run\":\"39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06\"}', '41c2abfce3ea7f8fa7da540aef7224d5487e88c0aef6f22f4db3a9ef57e56bd3', '886f6950f2881d0bc570cd80533c81c0f1fc2385c592903cc533abcf36f338ab');
INSERT INTO ledger_schema (version, engine, applied_at) VALUES (1, 'payengine 0.1.0', '2026-12-01T08:00:00Z');
INSERT INTO policy_text (digest, text) VALUES ('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'code = \"demo\"  # 示例');
INSERT INTO run (id, `period`, snapshot, policy, formulas, engine, holds, details, digests, complete, staged_at, staged_by) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', '2026-11', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', '{}', '{\"counts\":{\"counted_only\":0,\"expanded\":0,\"held\":0,\"held_rejected\":0,\"kept\":38,\"limited\":0,\"paid\":38,\"read\":39,\"refunds\":0,\"rejected\":{\"bad_quantity\":1},\"unlisted\":0},\"empty_tables\":[\"absence\"],\"illustrative\":true,\"policy_code\":\"demo\",\"policy_title\":\"示例政策\",\"warnings\":[\"警告\"]}', '{\"pay_line\":\"7e7fa8fb5b2f8fa97e345440a4b6262d82f8cbc2451783122903512d78a676ab\",\"rejection\":\"7ad056334f9c9da46a0336e8e4ebeb1889dc7933d07255d6c6fdfcec3eec1267\",\"report_line\":\"2fee0641a8562304ad7a08cb2ee641f15723ec3812fb854b09736817893d03e2\",\"run_component\":\"0aebb313863477e782641ffd797338d2f9ee20b3198bd786f920374a71771fa1\",\"run_report\":\"2396fc401a5a55f58d721398330e7e4bfb687167eab591e4004f16267bfe33d3\",\"statement_line\":\"377e48c7c4b8bd5ffd46c8751ff24d2eb48d507ec3f41a7f129cd53323ae305d\",\"workload\":\"829e59b3dc0fe1e1ee9be2f0b710d8dc488b611777001a188bed4d270c02f6fc\"}', 1, '2026-12-01T08:11:00Z', 'office@county');
INSERT INTO run (id, `period`, snapshot, policy, formulas, engine, holds, details, digests, complete, staged_at, staged_by) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', '2026-10', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', '{}', '{\"counts\":{\"counted_only\":0,\"expanded\":0,\"held\":0,\"held_rejected\":0,\"kept\":120,\"limited\":0,\"paid\":120,\"read\":136,\"refunds\":0,\"rejected\":{\"bad_quantity\":16},\"unlisted\":0},\"empty_tables\":[\"absence\"],\"illustrative\":true,\"policy_code\":\"demo\",\"policy_title\":\"示例政策\",\"warnings\":[\"警告\"]}', '{\"pay_line\":\"09eead9565fda0ec785b1bf670811bddd6e77d5ffba92daf0e42e79c9e4ba399\",\"rejection\":\"3268aed4b2ef5a94a66801e91d9c5d6225fcde378e37e14567207f974dfe5e40\",\"report_line\":\"dac73998be890339b9005cd37f84a1cf4f187125c128d574e548edb753731464\",\"run_component\":\"0aebb313863477e782641ffd797338d2f9ee20b3198bd786f920374a71771fa1\",\"run_report\":\"2396fc401a5a55f58d721398330e7e4bfb687167eab591e4004f16267bfe33d3\",\"statement_line\":\"f53810e85a22f372dde7772302c657b7e0da4f24ba8df112a5adf25fae099c5e\",\"workload\":\"9b294094ad3a08271cadcb608441b6884c6328244d66574dd1f57e9de30708d6\"}', 1, '2026-12-01T08:08:00Z', 'office@county');
INSERT INTO run (id, `period`, snapshot, policy, formulas, engine, holds, details, digests, complete, staged_at, staged_by) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', '2026-09', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', '{}', '{\"counts\":{\"counted_only\":0,\"expanded\":0,\"held\":0,\"held_rejected\":0,\"kept\":38,\"limited\":0,\"paid\":38,\"read\":39,\"refunds\":0,\"rejected\":{\"bad_quantity\":1},\"unlisted\":0},\"empty_tables\":[\"absence\"],\"illustrative\":true,\"policy_code\":\"demo\",\"policy_title\":\"示例政策\",\"warnings\":[\"警告\"]}', '{\"pay_line\":\"7e7fa8fb5b2f8fa97e345440a4b6262d82f8cbc2451783122903512d78a676ab\",\"rejection\":\"7ad056334f9c9da46a0336e8e4ebeb1889dc7933d07255d6c6fdfcec3eec1267\",\"report_line\":\"2fee0641a8562304ad7a08cb2ee641f15723ec3812fb854b09736817893d03e2\",\"run_component\":\"0aebb313863477e782641ffd797338d2f9ee20b3198bd786f920374a71771fa1\",\"run_report\":\"2396fc401a5a55f58d721398330e7e4bfb687167eab591e4004f16267bfe33d3\",\"statement_line\":\"377e48c7c4b8bd5ffd46c8751ff24d2eb48d507ec3f41a7f129cd53323ae305d\",\"workload\":\"829e59b3dc0fe1e1ee9be2f0b710d8dc488b611777001a188bed4d270c02f6fc\"}', 1, '2026-12-01T08:02:00Z', 'office@county');
INSERT INTO run (id, `period`, snapshot, policy, formulas, engine, holds, details, digests, complete, staged_at, staged_by) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', '2026-10', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', '{}', '{\"counts\":{\"counted_only\":0,\"expanded\":0,\"held\":0,\"held_rejected\":0,\"kept\":38,\"limited\":0,\"paid\":38,\"read\":39,\"refunds\":0,\"rejected\":{\"bad_quantity\":1},\"unlisted\":0},\"empty_tables\":[\"absence\"],\"illustrative\":true,\"policy_code\":\"demo\",\"policy_title\":\"示例政策\",\"warnings\":[\"警告\"]}', '{\"pay_line\":\"7e7fa8fb5b2f8fa97e345440a4b6262d82f8cbc2451783122903512d78a676ab\",\"rejection\":\"7ad056334f9c9da46a0336e8e4ebeb1889dc7933d07255d6c6fdfcec3eec1267\",\"report_line\":\"2fee0641a8562304ad7a08cb2ee641f15723ec3812fb854b09736817893d03e2\",\"run_component\":\"0aebb313863477e782641ffd797338d2f9ee20b3198bd786f920374a71771fa1\",\"run_report\":\"2396fc401a5a55f58d721398330e7e4bfb687167eab591e4004f16267bfe33d3\",\"statement_line\":\"377e48c7c4b8bd5ffd46c8751ff24d2eb48d507ec3f41a7f129cd53323ae305d\",\"workload\":\"829e59b3dc0fe1e1ee9be2f0b710d8dc488b611777001a188bed4d270c02f6fc\"}', 1, '2026-12-01T08:05:00Z', 'office@county');
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'I00', 'N00000', '2020-01-01', 'post_pay', '财政', 223646);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'I00', 'N00000', '2020-01-01', 'workload_pay', '机构', 421325);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'I00', 'N00001', '2020-01-01', 'post_pay', '财政', 619501);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'I00', 'N00001', '2020-01-01', 'workload_pay', '机构', 445185);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'I01', 'N00002', '2020-01-01', 'post_pay', '财政', 897926);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'I01', 'N00002', '2020-01-01', 'workload_pay', '机构', 633244);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'I00', 'N00000', '2020-01-01', 'post_pay', '财政', 478596);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'I00', 'N00000', '2020-01-01', 'workload_pay', '机构', 798258);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'I00', 'N00001', '2020-01-01', 'post_pay', '财政', 277297);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'I00', 'N00001', '2020-01-01', 'workload_pay', '机构', 652263);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'I00', 'N00002', '2020-01-01', 'post_pay', '财政', 871720);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'I00', 'N00002', '2020-01-01', 'workload_pay', '机构', 845310);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'I00', 'N00000', '2020-01-01', 'post_pay', '财政', 223646);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'I00', 'N00000', '2020-01-01', 'workload_pay', '机构', 421325);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'I00', 'N00001', '2020-01-01', 'post_pay', '财政', 619501);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'I00', 'N00001', '2020-01-01', 'workload_pay', '机构', 445185);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'I01', 'N00002', '2020-01-01', 'post_pay', '财政', 897926);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'I01', 'N00002', '2020-01-01', 'workload_pay', '机构', 633244);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'I00', 'N00000', '2020-01-01', 'post_pay', '财政', 223646);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'I00', 'N00000', '2020-01-01', 'workload_pay', '机构', 421325);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'I00', 'N00001', '2020-01-01', 'post_pay', '财政', 619501);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'I00', 'N00001', '2020-01-01', 'workload_pay', '机构', 445185);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'I01', 'N00002', '2020-01-01', 'post_pay', '财政', 897926);
INSERT INTO pay_line (run, institution, staff, engagement_from, component, funding, amount_fen) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'I01', 'N00002', '2020-01-01', 'workload_pay', '机构', 633244);
INSERT INTO proposal (run, revises, revision, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 2, '漏报出诊');
INSERT INTO publication (`period`, revision, run, previous, reason, published_at, published_by) VALUES ('2026-09', 1, 'e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', NULL, '', '2026-12-01T08:03:00Z', 'office@county');
INSERT INTO publication (`period`, revision, run, previous, reason, published_at, published_by) VALUES ('2026-10', 1, 'ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', NULL, '', '2026-12-01T08:06:00Z', 'office@county');
INSERT INTO publication (`period`, revision, run, previous, reason, published_at, published_by) VALUES ('2026-10', 2, '39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', '漏报出诊', '2026-12-01T08:09:00Z', 'office@county');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'a\"b', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', '\'', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'NULL', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'X', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', '\\.', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', '\\N', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'a	', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'a\nb', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'a\r\nb', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'a\"b', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'a,b', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'a\\b', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'é', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'x', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'x ', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'é', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', '名𬭎㛃', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'a\"b', '', 'I00', 1, 'bad_quantity');
INSERT INTO rejection (run, record_id, staff, institution, copy, reason) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'a\"b', '', 'I00', 1, 'bad_quantity');
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 0, 'I00', '', 2);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 0, 'I01', '', 2);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 1, 'I00', '', 843147);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 1, 'I01', '', 897926);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 2, 'I00', '', 866510);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 2, 'I01', '', 633244);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 3, 'I00', '', 1709657);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 3, 'I01', '', 1531170);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 4, 'I00', '', 50951092);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 4, 'I01', '', 28179657);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 5, 'I00', '', 100);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 5, 'I01', '', 100);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 6, 'I00', '', 99);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 6, 'I01', '', 99);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 7, 'I00', '', 1);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 7, 'I01', '', 1);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 0, 'I00', '', 2);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 0, 'I01', '', 2);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 1, 'I00', '', 1627613);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 1, 'I01', '', 0);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 2, 'I00', '', 2295831);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 2, 'I01', '', 0);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 3, 'I00', '', 3923444);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 3, 'I01', '', 0);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 4, 'I00', '', 41357375);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 4, 'I01', '', 33766938);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 5, 'I00', '', 100);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 5, 'I01', '', 100);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 6, 'I00', '', 99);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 6, 'I01', '', 99);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 7, 'I00', '', 1);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 7, 'I01', '', 1);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 0, 'I00', '', 2);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 0, 'I01', '', 2);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 1, 'I00', '', 843147);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 1, 'I01', '', 897926);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 2, 'I00', '', 866510);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 2, 'I01', '', 633244);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 3, 'I00', '', 1709657);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 3, 'I01', '', 1531170);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 4, 'I00', '', 50951092);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 4, 'I01', '', 28179657);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 5, 'I00', '', 100);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 5, 'I01', '', 100);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 6, 'I00', '', 99);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 6, 'I01', '', 99);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 7, 'I00', '', 1);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 7, 'I01', '', 1);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 0, 'I00', '', 2);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 0, 'I01', '', 2);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 1, 'I00', '', 843147);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 1, 'I01', '', 897926);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 2, 'I00', '', 866510);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 2, 'I01', '', 633244);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 3, 'I00', '', 1709657);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 3, 'I01', '', 1531170);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 4, 'I00', '', 50951092);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 4, 'I01', '', 28179657);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 5, 'I00', '', 100);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 5, 'I01', '', 100);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 6, 'I00', '', 99);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 6, 'I01', '', 99);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 7, 'I00', '', 1);
INSERT INTO report_line (run, `position`, institution, staff, value) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 7, 'I01', '', 1);
INSERT INTO run_component (run, `position`, component, kind, pay_class, label) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 0, 'post_pay', 'pay', 'fixed', '岗位工资');
INSERT INTO run_component (run, `position`, component, kind, pay_class, label) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 1, 'workload_pay', 'pay', 'variable', '当量绩效');
INSERT INTO run_component (run, `position`, component, kind, pay_class, label) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 2, 'service_purchase', 'statement', '', '服务购买');
INSERT INTO run_component (run, `position`, component, kind, pay_class, label) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 0, 'post_pay', 'pay', 'fixed', '岗位工资');
INSERT INTO run_component (run, `position`, component, kind, pay_class, label) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 1, 'workload_pay', 'pay', 'variable', '当量绩效');
INSERT INTO run_component (run, `position`, component, kind, pay_class, label) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 2, 'service_purchase', 'statement', '', '服务购买');
INSERT INTO run_component (run, `position`, component, kind, pay_class, label) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 0, 'post_pay', 'pay', 'fixed', '岗位工资');
INSERT INTO run_component (run, `position`, component, kind, pay_class, label) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 1, 'workload_pay', 'pay', 'variable', '当量绩效');
INSERT INTO run_component (run, `position`, component, kind, pay_class, label) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 2, 'service_purchase', 'statement', '', '服务购买');
INSERT INTO run_component (run, `position`, component, kind, pay_class, label) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 0, 'post_pay', 'pay', 'fixed', '岗位工资');
INSERT INTO run_component (run, `position`, component, kind, pay_class, label) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 1, 'workload_pay', 'pay', 'variable', '当量绩效');
INSERT INTO run_component (run, `position`, component, kind, pay_class, label) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 2, 'service_purchase', 'statement', '', '服务购买');
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 0, 'institution', 'heads', 'heads', 'count', 0);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 1, 'institution', 'fixed_pay', 'fixed_pay', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 2, 'institution', 'variable_pay', 'variable_pay', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 3, 'institution', 'gross_pay', 'gross_pay', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 4, 'institution', 'statement_total', 'statement_total', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 5, 'institution', 'workload_pay.pool', 'workload_pay.pool', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 6, 'institution', 'workload_pay.shared', 'workload_pay.shared', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 7, 'institution', 'workload_pay.retained', 'workload_pay.retained', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 0, 'institution', 'heads', 'heads', 'count', 0);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 1, 'institution', 'fixed_pay', 'fixed_pay', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 2, 'institution', 'variable_pay', 'variable_pay', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 3, 'institution', 'gross_pay', 'gross_pay', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 4, 'institution', 'statement_total', 'statement_total', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 5, 'institution', 'workload_pay.pool', 'workload_pay.pool', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 6, 'institution', 'workload_pay.shared', 'workload_pay.shared', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 7, 'institution', 'workload_pay.retained', 'workload_pay.retained', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 0, 'institution', 'heads', 'heads', 'count', 0);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 1, 'institution', 'fixed_pay', 'fixed_pay', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 2, 'institution', 'variable_pay', 'variable_pay', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 3, 'institution', 'gross_pay', 'gross_pay', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 4, 'institution', 'statement_total', 'statement_total', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 5, 'institution', 'workload_pay.pool', 'workload_pay.pool', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 6, 'institution', 'workload_pay.shared', 'workload_pay.shared', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 7, 'institution', 'workload_pay.retained', 'workload_pay.retained', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 0, 'institution', 'heads', 'heads', 'count', 0);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 1, 'institution', 'fixed_pay', 'fixed_pay', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 2, 'institution', 'variable_pay', 'variable_pay', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 3, 'institution', 'gross_pay', 'gross_pay', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 4, 'institution', 'statement_total', 'statement_total', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 5, 'institution', 'workload_pay.pool', 'workload_pay.pool', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 6, 'institution', 'workload_pay.shared', 'workload_pay.shared', 'yuan', 2);
INSERT INTO run_report (run, `position`, level, name, label, unit, scale) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 7, 'institution', 'workload_pay.retained', 'workload_pay.retained', 'yuan', 2);
INSERT INTO statement_line (run, institution, component, funding, amount_fen) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'I00', 'service_purchase', '财政', 50951092);
INSERT INTO statement_line (run, institution, component, funding, amount_fen) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'I01', 'service_purchase', '财政', 28179657);
INSERT INTO statement_line (run, institution, component, funding, amount_fen) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'I00', 'service_purchase', '财政', 41357375);
INSERT INTO statement_line (run, institution, component, funding, amount_fen) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'I01', 'service_purchase', '财政', 33766938);
INSERT INTO statement_line (run, institution, component, funding, amount_fen) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'I00', 'service_purchase', '财政', 50951092);
INSERT INTO statement_line (run, institution, component, funding, amount_fen) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'I01', 'service_purchase', '财政', 28179657);
INSERT INTO statement_line (run, institution, component, funding, amount_fen) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'I00', 'service_purchase', '财政', 50951092);
INSERT INTO statement_line (run, institution, component, funding, amount_fen) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'I01', 'service_purchase', '财政', 28179657);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'I00', '', '', 'public_health', 2, 7);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'I00', 'N00000', '2020-01-01', 'basic_medical', 7, 523832096);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'I00', 'N00001', '2020-01-01', 'basic_medical', 2, 959191865);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'I01', '', '', 'public_health', 2, 7);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('13f6101207c6c299e5aad7f2d5d862d553ba964bc04bdc0fcb96fcd0f3191444', 'I01', 'N00002', '2020-01-01', 'basic_medical', 25, 464680097);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'I00', '', '', 'public_health', 2, 7);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'I00', 'N00000', '2020-01-01', 'basic_medical', 39, 227868215);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'I00', 'N00001', '2020-01-01', 'basic_medical', 39, 38369565);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'I00', 'N00002', '2020-01-01', 'basic_medical', 38, 731482525);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('39b97c6b7ea4b05a91ceba7a9928165589bc5bd08282608f6b41dc2672ab5c06', 'I01', '', '', 'public_health', 2, 7);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'I00', '', '', 'public_health', 2, 7);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'I00', 'N00000', '2020-01-01', 'basic_medical', 7, 523832096);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'I00', 'N00001', '2020-01-01', 'basic_medical', 2, 959191865);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'I01', '', '', 'public_health', 2, 7);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('e9861551576fed46ed956b53f1fd9310f2bef9450f99a8856b565dc01a41a4ce', 'I01', 'N00002', '2020-01-01', 'basic_medical', 25, 464680097);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'I00', '', '', 'public_health', 2, 7);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'I00', 'N00000', '2020-01-01', 'basic_medical', 7, 523832096);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'I00', 'N00001', '2020-01-01', 'basic_medical', 2, 959191865);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'I01', '', '', 'public_health', 2, 7);
INSERT INTO workload (run, institution, staff, engagement_from, category, services, points_micro) VALUES ('ed3d2cb3f68be5e75c2a87aa979d913de41853b217aa06ad17661effee62be7d', 'I01', 'N00002', '2020-01-01', 'basic_medical', 25, 464680097);
