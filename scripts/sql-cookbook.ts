/** Thirty questions of analysts with their SQL: printed in docs/sql.md, and each run by a test. */

export interface Recipe {
  readonly question: string;
  readonly sql: string;
}

const recipe = (question: string, sql: string): Recipe => ({ question, sql: sql.trim() });

export const COOKBOOK: readonly Recipe[] = [
  recipe(
    "How many calls a day, and how long?",
    `
SELECT day, count(*) AS calls, round(avg(duration_seconds)) AS avg_seconds
FROM calls GROUP BY day ORDER BY day DESC LIMIT 14`,
  ),
  recipe(
    "How do calls end?",
    `
SELECT outcome, count(*) AS calls, round(100 * count(*) / sum(count(*)) OVER (), 1) AS percent
FROM calls GROUP BY outcome ORDER BY calls DESC`,
  ),
  recipe(
    "This week against the week before, by outcome",
    `
WITH last AS (SELECT max(start_time) AS newest FROM calls)
SELECT outcome, count(*) FILTER (WHERE start_time > newest - INTERVAL 7 DAY) AS this_week,
       count(*) FILTER (WHERE start_time <= newest - INTERVAL 7 DAY) AS week_before
FROM calls, last WHERE start_time > newest - INTERVAL 14 DAY GROUP BY outcome ORDER BY this_week DESC`,
  ),
  recipe(
    "At which hour of the callers' day do they call?",
    `
SELECT hour(start_time_local) AS hour, count(*) AS calls, bar(count(*), 0, max(count(*)) OVER (), 20) AS picture
FROM calls WHERE start_time_local IS NOT NULL GROUP BY hour ORDER BY hour`,
  ),
  recipe(
    "Weekdays against weekends",
    `
SELECT isodow(start_time) > 5 AS weekend, count(*) AS calls, round(avg(duration_seconds)) AS avg_seconds
FROM calls GROUP BY weekend`,
  ),
  recipe(
    "Which contexts fail most often, of those with enough calls?",
    `
SELECT context_name, count(*) AS calls, round(100 * avg((outcome = 'error')::INT), 1) AS error_percent
FROM calls GROUP BY context_name HAVING calls >= 20 ORDER BY error_percent DESC`,
  ),
  recipe(
    "How long does the caller wait for an answer? p50, p95 and p99 of all turns, by provider",
    `
SELECT provider_name, len(flatten(list(turn_latencies_ms))) AS turns,
       list_aggregate(flatten(list(turn_latencies_ms)), 'quantile_cont', 0.5) AS p50_ms,
       list_aggregate(flatten(list(turn_latencies_ms)), 'quantile_cont', 0.95) AS p95_ms,
       list_aggregate(flatten(list(turn_latencies_ms)), 'quantile_cont', 0.99) AS p99_ms
FROM calls GROUP BY provider_name ORDER BY p95_ms DESC`,
  ),
  recipe(
    "Which stage of a turn takes the time?",
    `
SELECT round(avg(endpointing_ms)) AS endpointing, round(avg(stt_ms)) AS stt, round(avg(llm_ms)) AS llm,
       round(avg(tts_ms)) AS tts, round(avg(e2e_ms)) AS whole FROM turns`,
  ),
  recipe(
    "Did turns become slower?",
    `
SELECT date_trunc('week', start_time) AS week, round(avg(avg_turn_latency_ms)) AS avg_ms
FROM calls WHERE avg_turn_latency_ms IS NOT NULL GROUP BY week ORDER BY week`,
  ),
  recipe(
    "The ten slowest turns, with the call to open",
    `
SELECT id, "index", e2e_ms, llm_ms, tts_ms FROM turns WHERE e2e_ms IS NOT NULL ORDER BY e2e_ms DESC LIMIT 10`,
  ),
  recipe(
    "Does latency make callers hang up?",
    `
SELECT width_ms * 500 AS from_ms, count(*) AS calls, round(100 * avg((outcome = 'abandoned')::INT), 1) AS abandoned_percent
FROM (SELECT outcome, floor(avg_turn_latency_ms / 500)::INT AS width_ms FROM calls WHERE avg_turn_latency_ms IS NOT NULL)
GROUP BY width_ms ORDER BY width_ms`,
  ),
  recipe(
    "Tools: how often, how well, how fast?",
    `
SELECT name, count(*) AS calls, round(100 * avg((status = 'ok')::INT), 1) AS ok_percent,
       quantile_cont(duration_ms, 0.95) AS p95_ms
FROM tool_calls GROUP BY name ORDER BY calls DESC`,
  ),
  recipe(
    "What do tools say when they fail?",
    `
SELECT name, error, count(*) AS times FROM tool_calls WHERE status = 'error' GROUP BY ALL ORDER BY times DESC LIMIT 20`,
  ),
  recipe(
    "Calls in which a tool failed, and how they ended",
    `
SELECT outcome, count(*) AS calls FROM calls WHERE tool_error_count > 0 GROUP BY outcome ORDER BY calls DESC`,
  ),
  recipe(
    "Which parameters were tools called with? A value out of the JSON",
    `
SELECT name, json_keys(params) AS keys, count(*) AS times
FROM tool_calls WHERE json_type(params) = 'OBJECT' GROUP BY ALL ORDER BY times DESC LIMIT 20`,
  ),
  recipe(
    "Which tools are used together?",
    `
SELECT a.name AS one, b.name AS other, count(DISTINCT a.id) AS calls
FROM tool_calls a JOIN tool_calls b ON a.id = b.id AND a.name < b.name
GROUP BY ALL ORDER BY calls DESC LIMIT 10`,
  ),
  recipe(
    "What was said in one call?",
    `
SELECT message_index, role, content FROM messages
WHERE id = (SELECT max(id) FROM calls WHERE user_messages > 1) ORDER BY message_index`,
  ),
  recipe(
    "Who said a word? (matched in the text as it is; the API's q knows accents and phrases)",
    `
SELECT id, role, content FROM messages WHERE contains(lower(content), 'thank') ORDER BY start_time DESC LIMIT 10`,
  ),
  recipe(
    "What do callers say first?",
    `
SELECT left(content, 80) AS first_words, count(*) AS calls
FROM (SELECT id, arg_min(content, message_index) AS content FROM messages WHERE role = 'user' GROUP BY id)
GROUP BY first_words ORDER BY calls DESC LIMIT 10`,
  ),
  recipe(
    "How much do the two sides talk?",
    `
SELECT role, count(*) AS messages, round(avg(length(content))) AS avg_characters FROM messages GROUP BY role`,
  ),
  recipe(
    "How often is the assistant interrupted?",
    `
SELECT context_name, sum(barge_in_count) AS interruptions, round(avg(barge_in_count), 2) AS per_call
FROM calls GROUP BY context_name ORDER BY per_call DESC`,
  ),
  recipe(
    "Who calls again within a day?",
    `
SELECT caller_number, count(*) AS again FROM (
  SELECT caller_number, start_time - lag(start_time) OVER (PARTITION BY caller_number ORDER BY start_time) AS since
  FROM calls WHERE caller_number IS NOT NULL)
WHERE since < INTERVAL 1 DAY GROUP BY caller_number ORDER BY again DESC LIMIT 10`,
  ),
  recipe(
    "First-call resolution: callers whose completed call was not followed by another within a week",
    `
SELECT round(100 * avg((next IS NULL OR next - start_time > INTERVAL 7 DAY)::INT), 1) AS resolved_percent
FROM (SELECT start_time, outcome, lead(start_time) OVER (PARTITION BY caller_number ORDER BY start_time) AS next
      FROM calls WHERE caller_number IS NOT NULL)
WHERE outcome = 'completed'`,
  ),
  recipe(
    "What does it cost, by month and currency?",
    `
SELECT date_trunc('month', start_time) AS month, currency, sum(cost_total) AS cost, sum(cost_total) / count(*) AS per_call
FROM calls WHERE cost_total IS NOT NULL GROUP BY ALL ORDER BY month DESC, cost DESC`,
  ),
  recipe(
    "Which speech-to-text, model and voice answer? The keys of a MAP as rows",
    `
SELECT entry.key AS component, entry.value AS name, count(*) AS calls
FROM (SELECT unnest(map_entries(pipeline_components)) AS entry FROM calls) GROUP BY ALL ORDER BY component, calls DESC`,
  ),
  recipe(
    "Tokens a call, from the usage map",
    `
SELECT provider_name, round(avg(usage['input_tokens'])) AS input, round(avg(usage['output_tokens'])) AS output
FROM calls WHERE usage IS NOT NULL GROUP BY provider_name`,
  ),
  recipe(
    "To where are calls transferred, and after how long?",
    `
SELECT transfer_destination, count(*) AS calls, median(duration_seconds) AS median_seconds
FROM calls WHERE outcome = 'transferred' GROUP BY transfer_destination ORDER BY calls DESC`,
  ),
  recipe(
    "Languages, with their outcomes as columns",
    `
SELECT language, count(*) AS calls, count(*) FILTER (WHERE outcome = 'completed') AS completed,
       count(*) FILTER (WHERE outcome = 'abandoned') AS abandoned, count(*) FILTER (WHERE outcome = 'error') AS error
FROM calls GROUP BY language ORDER BY calls DESC`,
  ),
  recipe(
    "How many calls ran at the same time, at most? Starts count up, ends count down",
    `
SELECT max(running) AS at_once FROM (
  SELECT sum(step) OVER (ORDER BY moment, step) AS running FROM (
    SELECT start_time AS moment, 1 AS step FROM calls WHERE end_time IS NOT NULL
    UNION ALL SELECT end_time, -1 FROM calls WHERE end_time IS NOT NULL))`,
  ),
  recipe(
    "Which columns does this folder fill, and how far?",
    `
SELECT count(*) AS calls, count(caller_number) AS caller_number, count(language) AS language, count(summary) AS summary,
       count(sentiment) AS sentiment, count(cost_total) AS cost_total, count(labels) AS labels FROM calls`,
  ),
];
