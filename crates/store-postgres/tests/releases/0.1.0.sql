-- A database of release 0.1.0.
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.account_route (
    account text NOT NULL COLLATE pg_catalog."C",
    mode smallint NOT NULL,
    ledger_id bigint NOT NULL
);
CREATE TABLE public.api_key (
    ledger_id bigint NOT NULL,
    key_id bigint NOT NULL,
    created bigint NOT NULL,
    revoked bigint,
    hash bytea NOT NULL,
    role text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    hint text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.checkpoint (
    ledger_id bigint NOT NULL,
    entry bigint NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE public.customer (
    ledger_id bigint NOT NULL,
    customer text NOT NULL COLLATE pg_catalog."C",
    prefix text NOT NULL COLLATE pg_catalog."C"
);
CREATE TABLE public.gap (
    ledger_id bigint NOT NULL,
    gap_id bigint NOT NULL,
    sequence_id bigint NOT NULL,
    first bigint NOT NULL,
    last bigint NOT NULL,
    at bigint NOT NULL,
    entry bigint NOT NULL,
    series_id integer NOT NULL,
    first_text text NOT NULL COLLATE pg_catalog."C",
    last_text text NOT NULL COLLATE pg_catalog."C",
    cause text NOT NULL COLLATE pg_catalog."C",
    actor text NOT NULL COLLATE pg_catalog."C",
    explained_at bigint,
    explanation text COLLATE pg_catalog."C",
    explained_by text COLLATE pg_catalog."C",
    explained boolean GENERATED ALWAYS AS ((explanation IS NOT NULL)) STORED NOT NULL
);
CREATE TABLE public.gapless_migration (
    version integer NOT NULL,
    name text NOT NULL,
    checksum bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.key_route (
    key_id bigint NOT NULL,
    ledger_id bigint NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE public.ledger (
    ledger_id bigint NOT NULL,
    last_position bigint NOT NULL,
    last_sequence bigint NOT NULL,
    last_gap bigint NOT NULL,
    trail_count bigint NOT NULL,
    last_series integer NOT NULL,
    mode smallint NOT NULL,
    account text NOT NULL COLLATE pg_catalog."C",
    trail_hash bytea NOT NULL,
    definition bytea NOT NULL
)
WITH (fillfactor='30');
CREATE TABLE public.number (
    ledger_id bigint NOT NULL,
    "position" bigint NOT NULL,
    sequence_id bigint NOT NULL,
    ordinal bigint NOT NULL,
    created bigint NOT NULL,
    entry bigint NOT NULL,
    series_id integer NOT NULL,
    slug_rank integer NOT NULL,
    date date NOT NULL,
    state smallint NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    slug text NOT NULL COLLATE pg_catalog."C",
    text text COLLATE pg_catalog."C",
    reference text COLLATE pg_catalog."C",
    customer text COLLATE pg_catalog."C",
    parent bigint,
    reissue_of bigint,
    warning smallint,
    metadata text COLLATE pg_catalog."C",
    void_at bigint,
    void_entry bigint,
    void_cause smallint,
    void_reason text COLLATE pg_catalog."C"
);
CREATE TABLE public.outcome (
    ledger_id bigint NOT NULL,
    at bigint NOT NULL,
    key bytea NOT NULL,
    request bytea NOT NULL,
    result bytea NOT NULL
);
CREATE TABLE public.prefix (
    ledger_id bigint NOT NULL,
    prefix text NOT NULL COLLATE pg_catalog."C",
    customer text COLLATE pg_catalog."C",
    series_id integer
);
CREATE TABLE public.sequence (
    ledger_id bigint NOT NULL,
    sequence_id bigint NOT NULL,
    first bigint NOT NULL,
    last bigint NOT NULL,
    series_id integer NOT NULL,
    period_from date NOT NULL,
    period_to date NOT NULL,
    last_date date,
    scope text NOT NULL COLLATE pg_catalog."C",
    period_label text NOT NULL COLLATE pg_catalog."C"
)
WITH (fillfactor='50');
CREATE TABLE public.series (
    ledger_id bigint NOT NULL,
    series_id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    definition bytea NOT NULL
)
WITH (fillfactor='60');
CREATE TABLE public.trail (
    ledger_id bigint NOT NULL,
    entry bigint NOT NULL,
    at bigint NOT NULL,
    actor text NOT NULL COLLATE pg_catalog."C",
    what text NOT NULL COLLATE pg_catalog."C",
    hash bytea NOT NULL,
    body bytea NOT NULL
);
CREATE TABLE public.trail_line (
    ledger_id bigint NOT NULL,
    entry bigint NOT NULL,
    line bigint NOT NULL,
    bytes bytea NOT NULL
);
INSERT INTO public.account_route VALUES ('acct_1', 1, 1);
INSERT INTO public.api_key VALUES (1, -6, 1795176000000, NULL, '\x0909090909090909090909090909090909090909090909090909090909090909', 'clerk', 'till', 'x9Zq');
INSERT INTO public.gapless_migration VALUES (1, '0001_heart', '\x89aa346a8f4b23553b0f789b548fecd23b30944edfa35181b76dc899aea57d32', '2026-11-21 14:49:54.225515+00');
INSERT INTO public.key_route VALUES (-6, 1, '\x0909090909090909090909090909090909090909090909090909090909090909');
INSERT INTO public.ledger VALUES (1, 3, 2, 0, 6, 3, 1, 'acct_1', '\x9e78e906ecec1ddd28f1e39aa0838f0e2e23dbbcb1a6222da18b76cb8e1094a4', '\x010553746167650000035554430530312d30310001ee020000030b6372656469745f6e6f7465000307696e766f696365000107696e766f6963650102');
INSERT INTO public.number VALUES (1, 2, 2, 1, 1795176000000, 3, 3, 0, '2026-11-20', 0, 'credit_note', 'CN-2026-00001', NULL, 'order-2', NULL, NULL, NULL, NULL, '{"shop":"Müller"}', NULL, NULL, NULL, NULL);
INSERT INTO public.number VALUES (1, 1, 1, 1, 1795176000000, 2, 1, 0, '2026-11-20', 1, '', 'INV-2026-00001', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1795176000000, 4, 1, 'twice');
INSERT INTO public.number VALUES (1, 3, 1, 2, 1795176000000, 5, 1, 0, '2026-11-20', 0, '', 'INV-2026-00002', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.outcome VALUES (1, 1795176000000, '\x04040404040404040404040404040404', '\x05050505050505050505050505050505', '\x01000301010301020e494e562d323032362d3030303032000007696e766f696365d2c40280a89f8dbf6800000000059e78e906ecec1ddd28f1e39aa0838f0e2e23dbbcb1a6222da18b76cb8e1094a4000000000108696e766f69636573ccbf02a6c5020432303236');
INSERT INTO public.prefix VALUES (1, 'CN', NULL, 3);
INSERT INTO public.prefix VALUES (1, 'INV', NULL, 1);
INSERT INTO public.sequence VALUES (1, 2, 1, 1, 3, '2026-01-01', '2027-01-01', '2026-11-20', '', '2026');
INSERT INTO public.sequence VALUES (1, 1, 1, 2, 1, '2026-01-01', '2027-01-01', '2026-11-20', '', '2026');
INSERT INTO public.series VALUES (1, 2, 'customer_invoices', '\x01010211637573746f6d65725f696e766f696365730107696e766f6963650008637573746f6d657201f3e4570000197b637573746f6d65727d2d7b796561727d2d7b7365713a357d06796561726c790530312d303100000001000000000000');
INSERT INTO public.series VALUES (1, 1, 'invoices', '\x01010108696e766f696365730107696e766f69636500076163636f756e7401f3e4570000167b7072656669787d7b796561727d2d7b7365713a357d06796561726c790530312d303104494e562d00000101d2c40201ccbf0201d2c402010000');
INSERT INTO public.series VALUES (1, 3, 'credit_notes', '\x0101030c6372656469745f6e6f746573010b6372656469745f6e6f746500076163636f756e7401f3e457000011434e2d7b796561727d2d7b7365713a357d06796561726c790530312d30310000000101d2c40201ccbf0201d2c402010000');
INSERT INTO public.trail VALUES (1, 0, 1795176000000, 'tester', 'ledger.opened', '\xcd53c5686e3200cc758aace94956a51f13723949d7586a42729ac5d9595f7226', '\x010006616363745f31055374616765010000035554430530312d30310001ee02000003010108696e766f696365730107696e766f69636500076163636f756e7401f3e4570000167b7072656669787d7b796561727d2d7b7365713a357d06796561726c790530312d303104494e562d0000010000000000010211637573746f6d65725f696e766f696365730107696e766f6963650008637573746f6d657201f3e4570000197b637573746f6d65727d2d7b796561727d2d7b7365713a357d06796561726c790530312d303100000001000000000001030c6372656469745f6e6f746573010b6372656469745f6e6f746500076163636f756e7401f3e457000011434e2d7b796561727d2d7b7365713a357d06796561726c790530312d3031000000010000000000030b6372656469745f6e6f7465000307696e766f696365000107696e766f6963650102');
INSERT INTO public.trail VALUES (1, 1, 1795176000000, 'tester', 'key.created', '\x0ba852d844728d47fda66b8996e242f421f86fc02fc6ed992cee2b3e7f48ac7c', '\x0108faffffffffffffffff01020474696c6c09090909090909090909090909090909090909090909090909090909090909090478395a71');
INSERT INTO public.trail VALUES (1, 2, 1795176000000, 'tester', 'numbers.issued', '\x0c794919394028d77cff6a12752502a7632cd5f9d9b3901409a7353c37bd353a', '\x010301010100ccbf02a6c5020100010101010e494e562d323032362d30303030310007696e766f696365d2c40200000000000000');
INSERT INTO public.trail VALUES (1, 3, 1795176000000, 'tester', 'numbers.issued', '\xa3cb5fcb156714a76cb6b599b585d407174bb363181f56c654c74d75492e259f', '\x010301020300ccbf02a6c5020100010202010d434e2d323032362d3030303031000b6372656469745f6e6f7465d2c40201076f726465722d320000010473686f70074dc3bc6c6c6572000000');
INSERT INTO public.trail VALUES (1, 4, 1795176000000, 'tester', 'number.voided', '\x929dae7b9504a2d8ee8404be45976226dda591317295452d4983fe693e1aea3a', '\x01040101057477696365');
INSERT INTO public.trail VALUES (1, 5, 1795176000000, 'tester', 'numbers.issued', '\x9e78e906ecec1ddd28f1e39aa0838f0e2e23dbbcb1a6222da18b76cb8e1094a4', '\x01030000010301020e494e562d323032362d30303030320007696e766f696365d2c40200000000000000');
ALTER TABLE ONLY public.account_route
    ADD CONSTRAINT account_route_pkey PRIMARY KEY (account, mode);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (ledger_id, key_id);
ALTER TABLE ONLY public.checkpoint
    ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (ledger_id, entry);
ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_pkey PRIMARY KEY (ledger_id, customer);
ALTER TABLE ONLY public.gap
    ADD CONSTRAINT gap_pkey PRIMARY KEY (ledger_id, gap_id);
ALTER TABLE ONLY public.gap
    ADD CONSTRAINT gap_sequence UNIQUE (ledger_id, sequence_id, first);
ALTER TABLE ONLY public.gapless_migration
    ADD CONSTRAINT gapless_migration_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.key_route
    ADD CONSTRAINT key_route_hash UNIQUE (hash);
ALTER TABLE ONLY public.key_route
    ADD CONSTRAINT key_route_pkey PRIMARY KEY (key_id);
ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (ledger_id);
ALTER TABLE ONLY public.number
    ADD CONSTRAINT number_ordinal UNIQUE (ledger_id, sequence_id, ordinal);
ALTER TABLE ONLY public.number
    ADD CONSTRAINT number_pkey PRIMARY KEY (ledger_id, "position");
ALTER TABLE ONLY public.outcome
    ADD CONSTRAINT outcome_pkey PRIMARY KEY (ledger_id, key);
ALTER TABLE ONLY public.prefix
    ADD CONSTRAINT prefix_pkey PRIMARY KEY (ledger_id, prefix);
ALTER TABLE ONLY public.sequence
    ADD CONSTRAINT sequence_period UNIQUE (ledger_id, series_id, period_from, scope);
ALTER TABLE ONLY public.sequence
    ADD CONSTRAINT sequence_pkey PRIMARY KEY (ledger_id, sequence_id);
ALTER TABLE ONLY public.series
    ADD CONSTRAINT series_name UNIQUE (ledger_id, name);
ALTER TABLE ONLY public.series
    ADD CONSTRAINT series_pkey PRIMARY KEY (ledger_id, series_id);
ALTER TABLE ONLY public.trail_line
    ADD CONSTRAINT trail_line_pkey PRIMARY KEY (ledger_id, entry, line);
ALTER TABLE ONLY public.trail
    ADD CONSTRAINT trail_pkey PRIMARY KEY (ledger_id, entry);
CREATE INDEX api_key_created ON public.api_key USING btree (ledger_id, created, key_id);
CREATE INDEX gap_cause ON public.gap USING btree (ledger_id, cause, gap_id);
CREATE INDEX gap_explained ON public.gap USING btree (ledger_id, explained, gap_id);
CREATE INDEX gap_series ON public.gap USING btree (ledger_id, series_id, gap_id);
CREATE INDEX number_customer ON public.number USING btree (ledger_id, customer, "position") WHERE (customer IS NOT NULL);
CREATE INDEX number_date ON public.number USING btree (ledger_id, date, "position");
CREATE INDEX number_kind ON public.number USING btree (ledger_id, kind, "position") WHERE (kind <> ''::text);
CREATE INDEX number_reference ON public.number USING btree (ledger_id, reference, kind, "position") WHERE (reference IS NOT NULL);
CREATE INDEX number_series ON public.number USING btree (ledger_id, series_id, "position");
CREATE INDEX number_slug ON public.number USING btree (ledger_id, lower(slug));
CREATE INDEX number_state ON public.number USING btree (ledger_id, state, "position") WHERE (state <> 0);
CREATE INDEX outcome_at ON public.outcome USING btree (at);
