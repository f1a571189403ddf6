-- immutable-id-not-smtp: The ImmutableId of the asking user is not an address
-- written by `freebusy rules export`; selects rows of which a rule is certain, see docs/export.md
-- lost (normalisation, too few rows): escapes of HTML and JSON, markup, damaged encodings and the prefixes of a console's lines are not undone
-- lost (pattern-parts, too many rows): the target has no regular expressions: the fixed parts of a pattern are looked for in their order, what stands between them is not checked
-- The forms of the text, made once; DROP TABLE temp.freebusy_forms when the records have changed.
CREATE TEMP TABLE IF NOT EXISTS freebusy_forms AS
WITH lowered_rows AS MATERIALIZED (
    SELECT id, lower(coalesce(provider, '') || char(10) || message) AS lowered FROM records),
tight_1 AS MATERIALIZED (SELECT id, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(lowered, char(9), ''), char(10), ''), char(11), ''), char(12), ''), char(13), ''), ' ', ''), char(160), ''), char(8203), ''), char(65279), ''), '‘', ''''), '’', ''''), '‚', '''') AS tight FROM lowered_rows),
tight_2 AS MATERIALIZED (SELECT id, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(tight, '‛', ''''), '′', ''''), '´', ''''), '“', '"'), '”', '"'), '„', '"'), '‟', '"'), '«', '"'), '»', '"'), '‐', '-'), '‑', '-'), '‒', '-') AS tight FROM tight_1),
tight_rows AS MATERIALIZED (SELECT id, replace(replace(replace(replace(replace(tight, '–', '-'), '—', '-'), '―', '-'), '−', '-'), '""', '"') AS tight FROM tight_2),
squeezed_1 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(tight, char(33), ''), char(34), ''), char(35), ''), char(36), ''), char(37), ''), char(38), ''), char(39), ''), char(40), ''), char(41), ''), char(42), ''), char(43), ''), char(44), '') AS squeezed FROM tight_rows),
squeezed_2 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(45), ''), char(46), ''), char(47), ''), char(58), ''), char(59), ''), char(60), ''), char(61), ''), char(62), ''), char(63), ''), char(64), ''), char(91), ''), char(92), '') AS squeezed FROM squeezed_1),
squeezed_3 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(93), ''), char(94), ''), char(95), ''), char(96), ''), char(123), ''), char(124), ''), char(125), ''), char(126), ''), char(161), ''), char(162), ''), char(163), ''), char(164), '') AS squeezed FROM squeezed_2),
squeezed_4 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(165), ''), char(166), ''), char(167), ''), char(168), ''), char(169), ''), char(170), ''), char(172), ''), char(173), ''), char(174), ''), char(175), ''), char(176), ''), char(177), '') AS squeezed FROM squeezed_3),
squeezed_5 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(178), ''), char(179), ''), char(181), ''), char(182), ''), char(183), ''), char(184), ''), char(185), ''), char(186), ''), char(188), ''), char(189), ''), char(190), ''), char(191), '') AS squeezed FROM squeezed_4),
squeezed_6 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(192), ''), char(193), ''), char(194), ''), char(195), ''), char(196), ''), char(197), ''), char(198), ''), char(199), ''), char(200), ''), char(201), ''), char(202), ''), char(203), '') AS squeezed FROM squeezed_5),
squeezed_7 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(204), ''), char(205), ''), char(206), ''), char(207), ''), char(208), ''), char(209), ''), char(210), ''), char(211), ''), char(212), ''), char(213), ''), char(214), ''), char(215), '') AS squeezed FROM squeezed_6),
squeezed_8 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(216), ''), char(217), ''), char(218), ''), char(219), ''), char(220), ''), char(221), ''), char(222), ''), char(223), ''), char(224), ''), char(225), ''), char(226), ''), char(227), '') AS squeezed FROM squeezed_7),
squeezed_9 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(228), ''), char(229), ''), char(230), ''), char(231), ''), char(232), ''), char(233), ''), char(234), ''), char(235), ''), char(236), ''), char(237), ''), char(238), ''), char(239), '') AS squeezed FROM squeezed_8),
squeezed_10 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(240), ''), char(241), ''), char(242), ''), char(243), ''), char(244), ''), char(245), ''), char(246), ''), char(247), ''), char(248), ''), char(249), ''), char(250), ''), char(251), '') AS squeezed FROM squeezed_9),
squeezed_11 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(252), ''), char(253), ''), char(254), ''), char(255), ''), char(260), ''), char(262), ''), char(280), ''), char(321), ''), char(323), ''), char(346), ''), char(377), ''), char(379), '') AS squeezed FROM squeezed_10),
squeezed_12 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(261), ''), char(263), ''), char(281), ''), char(322), ''), char(324), ''), char(347), ''), char(378), ''), char(380), ''), char(338), ''), char(339), ''), char(352), ''), char(353), '') AS squeezed FROM squeezed_11),
squeezed_13 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(381), ''), char(382), ''), char(376), ''), char(268), ''), char(269), ''), char(282), ''), char(283), ''), char(344), ''), char(345), ''), char(366), ''), char(367), ''), char(336), '') AS squeezed FROM squeezed_12),
squeezed_14 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(337), ''), char(368), ''), char(369), ''), char(304), ''), char(305), ''), char(286), ''), char(287), ''), char(350), ''), char(351), ''), char(8230), ''), char(8226), ''), char(8482), '') AS squeezed FROM squeezed_13),
squeezed_15 AS MATERIALIZED (SELECT id, tight, replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(squeezed, char(65533), ''), char(12289), ''), char(12290), ''), char(12300), ''), char(12301), ''), char(65288), ''), char(65289), ''), char(65306), ''), char(65281), ''), char(65311), ''), char(12539), ''), char(65292), '') AS squeezed FROM squeezed_14),
squeezed_rows AS MATERIALIZED (SELECT id, tight, replace(squeezed, char(12288), '') AS squeezed FROM squeezed_15)
SELECT id, tight, squeezed FROM squeezed_rows;
WITH forms AS (SELECT records.*, tight, squeezed FROM records JOIN temp.freebusy_forms USING (id))
SELECT id, time, 'immutable-id-not-smtp' AS rule, computer, message FROM forms
WHERE (tight LIKE '%emailaddress%=%"%correct%' ESCAPE '\'
    OR tight LIKE '%emailaddress%=%''%correct%' ESCAPE '\'
    OR tight LIKE '%emailaddress%=%correct%' ESCAPE '\'
    OR tight LIKE '%emailaddress"%=%"%correct%' ESCAPE '\'
    OR tight LIKE '%emailaddress"%=%''%correct%' ESCAPE '\'
    OR tight LIKE '%emailaddress"%=%correct%' ESCAPE '\'
    OR tight LIKE '%emailaddress''%=%"%correct%' ESCAPE '\'
    OR tight LIKE '%emailaddress''%=%''%correct%' ESCAPE '\'
    OR tight LIKE '%emailaddress''%=%correct%' ESCAPE '\'
    OR tight LIKE '%=%[test-organizationrelationship],formatexception%' ESCAPE '\'
    OR tight LIKE '%emailaddress%"%correct%[test-organizationrelationship%' ESCAPE '\'
    OR tight LIKE '%emailaddress%''%correct%[test-organizationrelationship%' ESCAPE '\'
    OR tight LIKE '%emailaddress%correct%[test-organizationrelationship%' ESCAPE '\'
    OR tight LIKE '%emailaddress"%"%correct%[test-organizationrelationship%' ESCAPE '\'
    OR tight LIKE '%emailaddress"%''%correct%[test-organizationrelationship%' ESCAPE '\'
    OR tight LIKE '%emailaddress"%correct%[test-organizationrelationship%' ESCAPE '\'
    OR tight LIKE '%emailaddress''%"%correct%[test-organizationrelationship%' ESCAPE '\'
    OR tight LIKE '%emailaddress''%''%correct%[test-organizationrelationship%' ESCAPE '\'
    OR tight LIKE '%emailaddress''%correct%[test-organizationrelationship%' ESCAPE '\')
ORDER BY time, id;
