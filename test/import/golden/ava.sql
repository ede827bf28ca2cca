CREATE TABLE call_records (id TEXT PRIMARY KEY, call_id TEXT NOT NULL, caller_number TEXT, caller_name TEXT,
  called_number TEXT, start_time TEXT NOT NULL, end_time TEXT NOT NULL, duration_seconds REAL, provider_name TEXT,
  pipeline_name TEXT, pipeline_components TEXT, context_name TEXT, routing_method TEXT, voice TEXT, voice_source TEXT,
  conversation_history TEXT, outcome TEXT, transfer_destination TEXT, error_message TEXT, external_platform TEXT,
  external_call_id TEXT, external_direction TEXT, external_disposition TEXT, external_metadata TEXT, tool_calls TEXT,
  pre_call_tool_calls TEXT, post_call_tool_calls TEXT, avg_turn_latency_ms REAL, max_turn_latency_ms REAL,
  total_turns INTEGER, caller_audio_format TEXT, codec_alignment_ok INTEGER, barge_in_count INTEGER,
  created_at TEXT DEFAULT CURRENT_TIMESTAMP);
INSERT INTO call_records VALUES ('00000000-aaaa-4000-8000-000000000001', '1780300800.17', '+12025550101', 'Zo\u00eb "Z" O''Hara', '+12025550100',
  '2026-06-01T08:00:00.250000+00:00', '2026-06-01T08:01:30.750000+00:00', 90.5, 'openai_realtime', NULL, '{}', 'sales', 'ai_agent', 'alloy', 'agent',
  '[{"role": "assistant", "content": "Gr\u00fc\u00df Gott \ud83d\ude00", "timestamp": 1780300801.5}, {"role": "user", "content": "\u05e9\u05dc\u05d5\u05dd", "timestamp": 1780300805.25}]',
  'completed', NULL, NULL, 'vicidial', 'V-9', 'OUTBOUND', 'SALE', '{"list": 7}',
  '[{"name": "look_up", "params": {"n": 1}, "result": "success", "timestamp": "2026-06-01T08:00:10.000000+00:00", "duration_ms": 412.6}, {"name": "book", "params": {}, "result": "error", "error_message": "no slot", "timestamp": 1780300815.0, "duration_ms": NaN}]',
  '[{"name": "crm", "params": {}, "result": {"status": "success", "rows": 1}, "duration_ms": 20}]', '[{"name": "webhook", "status": "pending"}]',
  812.5, 1400.0, 2, 'ulaw', 1, 1, '2026-06-01T08:01:31.000000+00:00');
INSERT INTO call_records VALUES ('00000000-aaaa-4000-8000-000000000002', '1780304400.18', NULL, NULL, NULL,
  '2026-06-01T09:00:00', '2026-06-01T09:00:05', 5.0, 'unknown', 'local_hybrid', '{"stt": "vosk", "llm": "ollama", "tts": "piper"}', NULL, NULL, NULL, NULL,
  '[]', 'no_input_timeout', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0.0, 0.0, 0, 'slin16', 0, 0, '2026-06-01 09:00:06');
INSERT INTO call_records VALUES ('00000000-aaaa-4000-8000-000000000003', '1780308000.19', '''; DROP TABLE calls; --', X'00ff', '',
  '2026-06-01T23:59:59.999+00:00', '2026-06-02T00:00:10+00:00', 10.001, 'deepgram', NULL, 'no json', NULL, NULL, NULL, NULL,
  '[{"role": "user", "content"', 'vanished', '1001', 'Line 1
Line 2', NULL, NULL, NULL, NULL, NULL, '[]', '[]', '[]', -1, 9e9, 3, '', NULL, NULL, NULL);
INSERT INTO call_records VALUES ('00000000-aaaa-4000-8000-000000000004', '1780311600.20', NULL, NULL, NULL, 'yesterday', '2026-06-01T11:00:00', 0,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'completed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
