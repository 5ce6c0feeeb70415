-- bazhong-2015 as an expert would write it by hand for DuckDB: Kleene-correct, money in cents,
-- registers and members aggregated once, only the columns that are needed; the same decisions,
-- findings and tracks. It trusts its input: nothing is validated, every number is whole, nobody is
-- twice in a register, and no absence, moving, pension or deposit is declared.
-- $in and $out stand for folders.
CREATE VIEW line AS SELECT 285500 AS poverty, 280000 AS deposit;

CREATE TABLE vehicles AS SELECT left(id_number, 17)::BIGINT AS key,
  bool_or(kind IN ('小型轿车', '客运车辆', '货运车辆')) AS hit,
  bool_or(kind NOT IN ('残疾人代步车', '摩托车', '农用三轮车')) AS other,
  count(*) > count(kind) AS unsure
  FROM read_parquet('$in/registers/vehicles.parquet') WHERE id_number IS NOT NULL GROUP BY ALL;
CREATE TABLE real_estate AS SELECT left(id_number, 17)::BIGINT AS key,
  bool_or(kind IN ('商品房', '商铺')) AS hit,
  bool_or(kind NOT IN ('搬迁安置房', '灾后重建房', '拆迁安置房', '农村自建房')) AS other,
  count(*) > count(kind) AS unsure
  FROM read_parquet('$in/registers/real_estate.parquet') WHERE id_number IS NOT NULL GROUP BY ALL;
CREATE TABLE business AS SELECT left(id_number, 17)::BIGINT AS key,
  bool_or(operating) AS hit, count(*) > count(operating) AS unsure
  FROM read_parquet('$in/registers/business.parquet') WHERE id_number IS NOT NULL GROUP BY ALL;
CREATE TABLE payroll AS SELECT DISTINCT left(id_number, 17)::BIGINT AS key
  FROM read_parquet('$in/registers/payroll.parquet') WHERE id_number IS NOT NULL;
CREATE TABLE civil_affairs AS SELECT left(id_number, 17)::BIGINT AS key,
  bool_or(kind = '农村低保') AS hit, count(*) > count(kind) AS unsure
  FROM read_parquet('$in/registers/civil_affairs.parquet') WHERE id_number IS NOT NULL GROUP BY ALL;
CREATE TABLE civil_registry AS SELECT left(id_number, 17)::BIGINT AS key,
  bool_or(status IN ('死亡', '服役', '服刑', '失踪')) AS absent,
  bool_or(status IN ('迁出', '空挂户')) AS hit, count(*) > count(status) AS unsure
  FROM read_parquet('$in/registers/civil_registry.parquet') WHERE id_number IS NOT NULL GROUP BY ALL;
CREATE TABLE social_insurance AS SELECT left(id_number, 17)::BIGINT AS key,
  bool_or(scheme IN ('商业养老', '公积金')) AS hit, count(*) > count(scheme) AS unsure
  FROM read_parquet('$in/registers/social_insurance.parquet') WHERE id_number IS NOT NULL GROUP BY ALL;
CREATE TABLE deposits AS SELECT left(id_number, 17)::BIGINT AS key,
  sum(CASE WHEN balance > 0 THEN (balance * 100)::BIGINT ELSE 0 END)::BIGINT AS cents,
  count(*) > count(balance) AS unsure
  FROM read_parquet('$in/registers/deposits.parquet') WHERE id_number IS NOT NULL GROUP BY ALL;

-- Members with what the registers say of them: hit, or doubt where it cannot be said. Who is
-- absent does not count; of whom the registry says nothing, it is not known.
CREATE TABLE members AS SELECT m.household_id AS hid, m.file_row_number AS mid, m.member_id,
  left(m.id_number, 17)::BIGINT AS key,
  m.labor IN ('普通劳动力', '技能劳动力') AS able,
  CASE WHEN m.health IS NULL THEN NULL ELSE
    list_has_any(string_split(m.health, '|'), ['患有大病', '残疾']) END AS sick,
  m.receives_dibao, m.on_payroll, m.id_number IS NULL AS nobody,
  v.hit IS TRUE AS v_hit, v.key IS NOT NULL AS v_row, v.other IS TRUE AS v_other,
  v.unsure IS TRUE AS v_unsure,
  e.hit IS TRUE AS e_hit, e.key IS NOT NULL AS e_row, e.other IS TRUE AS e_other,
  e.unsure IS TRUE AS e_unsure,
  b.hit IS TRUE AS b_hit, b.unsure IS TRUE AS b_unsure,
  p.key IS NOT NULL AS p_hit,
  a.hit IS TRUE AS a_hit, a.unsure IS TRUE AS a_unsure,
  r.hit IS TRUE AS r_hit, r.unsure IS TRUE AS r_unsure,
  CASE WHEN r.absent THEN FALSE WHEN m.id_number IS NULL OR r.unsure THEN NULL ELSE TRUE END AS counts,
  s.hit IS TRUE AS s_hit, s.unsure IS TRUE AS s_unsure,
  coalesce(d.cents, 0) AS cents, d.unsure IS TRUE AS d_unsure
  FROM read_parquet('$in/members.parquet', file_row_number = true) AS m
  LEFT JOIN vehicles AS v ON left(m.id_number, 17)::BIGINT = v.key
  LEFT JOIN real_estate AS e ON left(m.id_number, 17)::BIGINT = e.key
  LEFT JOIN business AS b ON left(m.id_number, 17)::BIGINT = b.key
  LEFT JOIN payroll AS p ON left(m.id_number, 17)::BIGINT = p.key
  LEFT JOIN civil_affairs AS a ON left(m.id_number, 17)::BIGINT = a.key
  LEFT JOIN civil_registry AS r ON left(m.id_number, 17)::BIGINT = r.key
  LEFT JOIN social_insurance AS s ON left(m.id_number, 17)::BIGINT = s.key
  LEFT JOIN deposits AS d ON left(m.id_number, 17)::BIGINT = d.key;

-- Of those who surely count: what hits. Of those who may: what is in doubt. `all_` is of everyone.
CREATE TABLE people AS SELECT hid,
  count(*) FILTER (counts) AS sure, count(*) FILTER (counts IS NOT FALSE) AS most, count(*) AS everyone,
  greatest(count(*) FILTER (counts), 1) AS least_size,
  greatest(count(*) FILTER (counts IS NOT FALSE), 1) AS size,
  bool_or(counts IS FALSE) AS left_out, bool_or(nobody) AS nobody,
  bool_or(counts IS TRUE AND v_hit) AS v_hit, bool_or(v_hit) AS all_v_hit,
  bool_or(counts IS TRUE AND v_row) AS v_row, bool_or(counts IS NULL AND v_row) AS v_maybe_row,
  bool_or(counts IS TRUE AND v_other) AS v_other,
  bool_or(counts IS NOT FALSE AND v_unsure) AS v_unsure,
  bool_or(counts IS NULL AND v_hit) AS v_maybe, bool_or(counts IS NULL AND v_other) AS v_maybe_other,
  bool_or(v_row) AS all_v_row, bool_or(v_other) AS all_v_other,
  bool_or(counts IS TRUE AND e_hit) AS e_hit, bool_or(e_hit) AS all_e_hit,
  bool_or(counts IS TRUE AND e_row) AS e_row, bool_or(counts IS NULL AND e_row) AS e_maybe_row,
  bool_or(counts IS TRUE AND e_other) AS e_other,
  bool_or(counts IS NOT FALSE AND e_unsure) AS e_unsure,
  bool_or(counts IS NULL AND e_hit) AS e_maybe, bool_or(counts IS NULL AND e_other) AS e_maybe_other,
  bool_or(e_row) AS all_e_row, bool_or(e_other) AS all_e_other,
  bool_or(counts IS TRUE AND b_hit) AS b_hit, bool_or(b_hit) AS all_b_hit,
  bool_or(nobody OR counts IS NOT FALSE AND b_unsure OR counts IS NULL AND b_hit) AS b_doubt,
  bool_or(on_payroll IS TRUE OR p_hit) AS p_hit,
  bool_or(nobody AND on_payroll IS NOT TRUE) AS p_doubt,
  bool_or(r_hit) AS r_hit, bool_or(nobody OR r_unsure) AS r_doubt,
  bool_or(counts IS TRUE AND s_hit) AS s_hit,
  bool_or(nobody OR counts IS NOT FALSE AND s_unsure OR counts IS NULL AND s_hit) AS s_doubt,
  coalesce(sum(cents) FILTER (counts), 0)::BIGINT AS cents,
  coalesce(sum(cents) FILTER (counts IS NOT FALSE), 0)::BIGINT AS most_cents,
  sum(cents)::BIGINT AS all_cents,
  bool_or(nobody OR counts IS NOT FALSE AND d_unsure) AS d_doubt,
  bool_or(counts IS TRUE AND able IS TRUE) AS able,
  bool_or(counts IS NULL AND able IS NOT FALSE OR counts AND able IS NULL) AS able_doubt
  FROM members GROUP BY hid;

CREATE MACRO per_head(cents, heads) AS
  CASE WHEN cents >= 0 THEN (2 * cents + heads) // (2 * heads)
    ELSE -((heads - 2 * cents) // (2 * heads)) END;

CREATE TABLE facts AS SELECT h.household_id AS hid, h.file_row_number AS ord, h.village, p.most AS persons,
  (h.wage_income * 100)::BIGINT + (h.business_income * 100)::BIGINT
    + (h.property_income * 100)::BIGINT + (h.transfer_income * 100)::BIGINT
    - (h.production_cost * 100)::BIGINT AS income,
  CASE WHEN (per_head(income, p.least_size) < l.poverty) = (per_head(income, p.size) < l.poverty)
    THEN per_head(income, p.size) < l.poverty END AS low,
  NOT h.food_secure OR NOT h.clothing_secure AS food,
  NOT h.education_secured AS education,
  NOT h.medical_secured AS medical,
  h.housing_grade IN ('C', 'D') AS housing,
  CASE WHEN h.owns_commercial_housing OR p.e_hit THEN TRUE
      WHEN p.nobody OR p.e_unsure OR p.e_maybe THEN NULL ELSE FALSE END
    AND NOT (CASE WHEN p.e_row THEN TRUE WHEN p.nobody OR p.e_maybe_row THEN NULL ELSE FALSE END
      AND CASE WHEN p.e_other THEN FALSE
        WHEN p.nobody OR p.e_unsure OR p.e_maybe_other THEN NULL ELSE TRUE END) AS x_housing,
  CASE WHEN h.owns_vehicle OR p.v_hit THEN TRUE
      WHEN p.nobody OR p.v_unsure OR p.v_maybe THEN NULL ELSE FALSE END
    AND NOT (CASE WHEN p.v_row THEN TRUE WHEN p.nobody OR p.v_maybe_row THEN NULL ELSE FALSE END
      AND CASE WHEN p.v_other THEN FALSE
        WHEN p.nobody OR p.v_unsure OR p.v_maybe_other THEN NULL ELSE TRUE END) AS x_vehicle,
  CASE WHEN p.p_hit THEN TRUE WHEN p.p_doubt THEN NULL ELSE FALSE END AS x_payroll,
  CASE WHEN h.runs_business OR p.b_hit THEN TRUE WHEN p.b_doubt THEN NULL ELSE FALSE END
    AS x_business,
  h.living_above_local AS x_above,
  CASE WHEN per_head(p.cents, p.size) > l.deposit THEN TRUE
    WHEN p.d_doubt OR per_head(p.most_cents, p.least_size) > l.deposit THEN NULL
    ELSE FALSE END AS x_deposits,
  CASE WHEN p.most = 0 THEN TRUE WHEN p.sure = 0 THEN NULL ELSE FALSE END AS x_nobody,
  CASE WHEN p.r_hit THEN TRUE WHEN p.r_doubt THEN NULL ELSE FALSE END AS v_registry,
  CASE WHEN p.s_hit THEN TRUE WHEN p.s_doubt THEN NULL ELSE FALSE END AS v_pension,
  CASE WHEN p.able THEN TRUE WHEN p.able_doubt THEN NULL ELSE FALSE END AS has_labour,
  h.inhospitable_location AS relocation, h.disaster_damage AS reconstruction, h.on_previous_roster AS before,
  h.owns_vehicle, h.owns_commercial_housing, h.runs_business,
  h.wage_income IS NULL AS no_wage, h.business_income IS NULL AS no_business,
  h.property_income IS NULL AS no_property, h.transfer_income IS NULL AS no_transfer,
  h.production_cost IS NULL AS no_cost, h.food_secure IS NULL AS no_food,
  h.clothing_secure IS NULL AS no_clothing,
  p.nobody,
  p.left_out AND (h.owns_commercial_housing IS TRUE OR p.all_e_hit)
    AND (p.all_e_other OR NOT p.all_e_row AND NOT p.nobody) AS u_housing,
  p.left_out AND (h.owns_vehicle IS TRUE OR p.all_v_hit)
    AND (p.all_v_other OR NOT p.all_v_row AND NOT p.nobody) AS u_vehicle,
  p.left_out AND (h.runs_business IS TRUE OR p.all_b_hit) AS u_business,
  p.left_out AND per_head(p.all_cents, p.everyone) > l.deposit AS u_deposits
  FROM read_parquet('$in/households.parquet', file_row_number = true) AS h
  JOIN people AS p ON h.household_id = p.hid, line AS l;

CREATE TABLE decided AS SELECT *,
  low OR food OR education OR medical OR housing AS poor,
  x_housing OR x_vehicle OR x_payroll OR x_business OR x_above OR x_deposits
    OR x_nobody AS excluded,
  CASE WHEN poor AND NOT excluded AND NOT (v_registry OR v_pension) THEN 'eligible'
    WHEN NOT poor OR excluded THEN 'ineligible' ELSE 'pending' END AS eligibility
  FROM facts;

CREATE TABLE given AS SELECT m.hid, d.ord, m.mid, m.member_id, m.counts AND m.able AS production,
  m.counts AND (CASE WHEN m.receives_dibao OR m.a_hit THEN TRUE
    WHEN m.nobody OR m.a_unsure THEN NULL ELSE FALSE END
    OR (d.low AND NOT d.has_labour)) AS dibao, m.counts AND m.sick AS medical
  FROM members AS m JOIN decided AS d ON m.hid = d.hid WHERE d.eligibility = 'eligible';

CREATE VIEW tracks AS SELECT hid AS household_id, member_id, track, ord, place, mid FROM (
  SELECT hid, ord, 0 AS place, mid, member_id, 'production' AS track FROM given WHERE production
  UNION ALL SELECT hid, ord, 1, 0, '', 'relocation' FROM decided
    WHERE relocation AND eligibility = 'eligible'
  UNION ALL SELECT hid, ord, 2, mid, member_id, 'dibao' FROM given WHERE dibao
  UNION ALL SELECT hid, ord, 3, mid, member_id, 'medical' FROM given WHERE medical
  UNION ALL SELECT hid, ord, 4, 0, '', 'reconstruction' FROM decided
    WHERE reconstruction AND eligibility = 'eligible');

CREATE TABLE by_household AS SELECT hid, bool_or(production) AS production,
  bool_or(dibao) AS dibao, bool_or(medical) AS medical FROM given GROUP BY hid;

-- The facts that a pending household still needs, in alphabetical order.
CREATE TABLE people_needed AS SELECT m.hid, list(format('members[{}].{}', m.place, r.name)) AS needed
  FROM (SELECT hid, nobody, row_number() OVER (PARTITION BY hid ORDER BY mid) AS place
    FROM members WHERE hid IN (SELECT hid FROM decided WHERE eligibility = 'pending' AND nobody)
  ) AS m JOIN decided AS d ON m.hid = d.hid,
  (VALUES ('business', 0), ('deposits', 1), ('payroll', 2), ('real_estate', 3), ('vehicles', 4),
    ('civil_registry', 5), ('social_insurance', 6)) AS r (name, nth)
  WHERE m.nobody AND CASE r.nth WHEN 0 THEN d.excluded IS NULL AND d.x_business IS NULL
    WHEN 1 THEN d.excluded IS NULL AND d.x_deposits IS NULL
    WHEN 2 THEN d.excluded IS NULL AND d.x_payroll IS NULL
    WHEN 3 THEN d.excluded IS NULL AND d.x_housing IS NULL
    WHEN 4 THEN d.excluded IS NULL AND d.x_vehicle IS NULL
    WHEN 5 THEN d.poor IS NULL AND d.low IS NULL
      OR d.excluded IS NULL AND (d.x_business IS NULL OR d.x_deposits IS NULL
        OR d.x_housing IS NULL OR d.x_vehicle IS NULL OR d.x_nobody IS NULL)
      OR d.poor AND NOT d.excluded AND (d.v_registry IS NULL OR d.v_pension IS NULL)
    ELSE d.poor AND NOT d.excluded AND d.v_pension IS NULL END
  GROUP BY m.hid;

CREATE VIEW decisions AS SELECT d.hid AS household_id, d.eligibility, '' AS kind,
  list_filter([
    CASE WHEN x_housing THEN 'commercial_housing' END, CASE WHEN x_vehicle THEN 'vehicle' END,
    CASE WHEN x_payroll THEN 'payroll' END, CASE WHEN x_business THEN 'business' END,
    CASE WHEN x_above THEN 'above_local' END, CASE WHEN x_deposits THEN 'deposits' END,
    CASE WHEN x_nobody THEN 'nobody' END,
    CASE WHEN NOT poor THEN 'not_poor' END], lambda x: x IS NOT NULL) AS grounds,
  list_filter([CASE WHEN v_registry THEN 'registry_doubt' END,
    CASE WHEN v_pension THEN 'commercial_pension' END], lambda x: x IS NOT NULL) AS reviews,
  CASE WHEN d.eligibility <> 'pending' THEN CAST([] AS VARCHAR[]) ELSE list_sort(list_concat(
    list_filter([
      CASE WHEN poor IS NULL AND low IS NULL AND no_wage THEN 'wage_income' END,
      CASE WHEN poor IS NULL AND low IS NULL AND no_business THEN 'business_income' END,
      CASE WHEN poor IS NULL AND low IS NULL AND no_property THEN 'property_income' END,
      CASE WHEN poor IS NULL AND low IS NULL AND no_transfer THEN 'transfer_income' END,
      CASE WHEN poor IS NULL AND low IS NULL AND no_cost THEN 'production_cost' END,
      CASE WHEN poor IS NULL AND food IS NULL AND no_food THEN 'food_secure' END,
      CASE WHEN poor IS NULL AND food IS NULL AND no_clothing THEN 'clothing_secure' END,
      CASE WHEN poor IS NULL AND education IS NULL THEN 'education_secured' END,
      CASE WHEN poor IS NULL AND d.medical IS NULL THEN 'medical_secured' END,
      CASE WHEN poor IS NULL AND housing IS NULL THEN 'housing_grade' END,
      CASE WHEN excluded IS NULL AND x_above IS NULL THEN 'living_above_local' END],
      lambda x: x IS NOT NULL),
    coalesce(n.needed, []))) END AS unknown,
  CASE WHEN d.eligibility <> 'eligible' THEN CAST([] AS VARCHAR[]) ELSE list_filter([
    CASE WHEN g.production THEN 'production' END, CASE WHEN relocation THEN 'relocation' END,
    CASE WHEN g.dibao THEN 'dibao' END, CASE WHEN g.medical THEN 'medical' END,
    CASE WHEN reconstruction THEN 'reconstruction' END], lambda x: x IS NOT NULL) END AS tracks,
  -- Nobody of this population has left poverty.
  CASE WHEN before IS NULL OR d.eligibility = 'pending' THEN 'pending'
    WHEN d.eligibility = 'eligible' THEN CASE WHEN before THEN 'retained' ELSE 'new' END
    WHEN before THEN 'removed' ELSE '' END AS standing,
  d.ord
  FROM decided AS d LEFT JOIN by_household AS g ON d.hid = g.hid
  LEFT JOIN people_needed AS n ON d.hid = n.hid;

CREATE VIEW rule_findings AS SELECT hid, ord, unnest(list_filter([
    CASE WHEN low IS NOT FALSE THEN {'nth': 0, 'rule_id': 'low_income', 'kind': 'criterion', 'is': low} END,
    CASE WHEN food IS NOT FALSE THEN {'nth': 1, 'rule_id': 'food_or_clothing', 'kind': 'criterion', 'is': food} END,
    CASE WHEN education IS NOT FALSE THEN {'nth': 2, 'rule_id': 'education_unsecured', 'kind': 'criterion', 'is': education} END,
    CASE WHEN medical IS NOT FALSE THEN {'nth': 3, 'rule_id': 'medical_unsecured', 'kind': 'criterion', 'is': medical} END,
    CASE WHEN housing IS NOT FALSE THEN {'nth': 4, 'rule_id': 'housing_unsafe', 'kind': 'criterion', 'is': housing} END,
    CASE WHEN x_housing IS NOT FALSE THEN {'nth': 5, 'rule_id': 'commercial_housing', 'kind': 'exclusion', 'is': x_housing} END,
    CASE WHEN x_vehicle IS NOT FALSE THEN {'nth': 6, 'rule_id': 'vehicle', 'kind': 'exclusion', 'is': x_vehicle} END,
    CASE WHEN x_payroll IS NOT FALSE THEN {'nth': 7, 'rule_id': 'payroll', 'kind': 'exclusion', 'is': x_payroll} END,
    CASE WHEN x_business IS NOT FALSE THEN {'nth': 8, 'rule_id': 'business', 'kind': 'exclusion', 'is': x_business} END,
    CASE WHEN x_above IS NOT FALSE THEN {'nth': 9, 'rule_id': 'above_local', 'kind': 'exclusion', 'is': x_above} END,
    CASE WHEN x_deposits IS NOT FALSE THEN {'nth': 10, 'rule_id': 'deposits', 'kind': 'exclusion', 'is': x_deposits} END,
    CASE WHEN x_nobody IS NOT FALSE THEN {'nth': 10, 'rule_id': 'nobody', 'kind': 'exclusion', 'is': x_nobody} END,
    CASE WHEN v_registry IS NOT FALSE THEN {'nth': 11, 'rule_id': 'registry_doubt', 'kind': 'review', 'is': v_registry} END,
    CASE WHEN v_pension IS NOT FALSE THEN {'nth': 12, 'rule_id': 'commercial_pension', 'kind': 'review', 'is': v_pension} END,
    CASE WHEN u_housing AND x_housing IS NOT TRUE THEN {'nth': 13, 'rule_id': 'commercial_housing', 'kind': 'uncounted_hit', 'is': TRUE} END,
    CASE WHEN u_vehicle AND x_vehicle IS NOT TRUE THEN {'nth': 14, 'rule_id': 'vehicle', 'kind': 'uncounted_hit', 'is': TRUE} END,
    CASE WHEN u_business AND x_business IS NOT TRUE THEN {'nth': 15, 'rule_id': 'business', 'kind': 'uncounted_hit', 'is': TRUE} END,
    CASE WHEN u_deposits AND x_deposits IS NOT TRUE THEN {'nth': 16, 'rule_id': 'deposits', 'kind': 'uncounted_hit', 'is': TRUE} END
  ], lambda x: x IS NOT NULL)) AS f FROM decided;

CREATE VIEW findings AS SELECT hid AS household_id, member_id, rule_id, kind, outcome, ord, nth, mid
FROM (
  SELECT hid, ord, f['nth'] AS nth, 0 AS mid, '' AS member_id, f['rule_id'] AS rule_id,
    f['kind'] AS kind, CASE WHEN f['is'] THEN 'true' ELSE 'unknown' END AS outcome
    FROM rule_findings
  UNION ALL SELECT m.hid, d.ord, 21, m.mid, m.member_id, 'compare_vehicles', 'discrepancy', 'true'
    FROM members AS m JOIN decided AS d ON m.hid = d.hid
    WHERE m.counts AND m.v_hit AND NOT d.owns_vehicle
  UNION ALL SELECT m.hid, d.ord, 22, m.mid, m.member_id, 'compare_real_estate', 'discrepancy', 'true'
    FROM members AS m JOIN decided AS d ON m.hid = d.hid
    WHERE m.counts AND m.e_hit AND NOT d.owns_commercial_housing
  UNION ALL SELECT m.hid, d.ord, 23, m.mid, m.member_id, 'compare_business', 'discrepancy', 'true'
    FROM members AS m JOIN decided AS d ON m.hid = d.hid
    WHERE m.counts AND m.b_hit AND NOT d.runs_business
  UNION ALL SELECT m.hid, d.ord, 24, m.mid, m.member_id, 'compare_payroll', 'discrepancy', 'true'
    FROM members AS m JOIN decided AS d ON m.hid = d.hid WHERE m.p_hit AND NOT m.on_payroll
  UNION ALL SELECT m.hid, d.ord, 27, m.mid, m.member_id, 'compare_civil_affairs', 'discrepancy', 'true'
    FROM members AS m JOIN decided AS d ON m.hid = d.hid
    WHERE m.counts AND m.a_hit AND NOT m.receives_dibao
  UNION ALL SELECT hid, ord, 30, mid, member_id, 'production', 'track', 'unknown' FROM given
    WHERE production IS NULL
  UNION ALL SELECT hid, ord, 31, 0, '', 'relocation', 'track', 'unknown' FROM decided
    WHERE relocation IS NULL AND eligibility = 'eligible'
  UNION ALL SELECT hid, ord, 32, mid, member_id, 'dibao', 'track', 'unknown' FROM given
    WHERE dibao IS NULL
  UNION ALL SELECT hid, ord, 33, mid, member_id, 'medical', 'track', 'unknown' FROM given
    WHERE medical IS NULL
  UNION ALL SELECT hid, ord, 34, 0, '', 'reconstruction', 'track', 'unknown' FROM decided
    WHERE reconstruction IS NULL AND eligibility = 'eligible'
  UNION ALL SELECT m.hid, d.ord, 40, m.mid, m.member_id, 'duplicate_person', 'duplicate', 'true'
    FROM members AS m JOIN decided AS d ON m.hid = d.hid WHERE m.key IN (
      SELECT key FROM members WHERE key IS NOT NULL GROUP BY key
      HAVING count(*) > 1 AND min(hid) <> max(hid)));

COPY (SELECT * EXCLUDE (ord) FROM decisions ORDER BY ord)
  TO '$out/decisions.parquet' (FORMAT parquet);
COPY (SELECT * EXCLUDE (ord, nth, mid) FROM findings ORDER BY ord, nth, mid)
  TO '$out/findings.parquet' (FORMAT parquet);
COPY (SELECT * EXCLUDE (ord, place, mid) FROM tracks ORDER BY ord, place, mid)
  TO '$out/tracks.parquet' (FORMAT parquet);
COPY (SELECT eligibility, village, count(*) AS households, sum(persons) AS persons
  FROM decided GROUP BY ALL) TO '$out/summary.parquet' (FORMAT parquet);
